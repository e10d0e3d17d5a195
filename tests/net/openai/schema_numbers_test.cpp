#include "net/openai/schema_numbers.hpp"

#include "net/openai/decode.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace hadal;
using namespace hadal::net;

namespace {

const std::string long_integer = "18446744073709551616";
const std::string long_fraction = "0.1000000000000000055511151231257827";

result<chat_request> decoded(const std::string& members) {
  return decode_chat_request(R"({"messages":[{"role":"user","content":"hi"}],)" + members + "}");
}

/// The source of the constraint on the answer.
std::string source_of(const std::string& members) {
  const auto request = decoded(members);
  INFO((request ? "" : request.error().message));
  REQUIRE(request);
  REQUIRE(request->generation.constraint);
  return request->generation.constraint->text;
}

} // namespace

TEST_CASE("a schema keeps numbers that 64 bits or a double do not hold, wherever it stands") {
  const auto schema = R"({"enum":[)" + long_integer + ",-9223372036854775809," + long_fraction +
                      R"(,1],"minimum":-)" + long_integer + "}";
  for (const auto& members : std::vector<std::string>{
           R"("response_format":{"type":"json_schema","json_schema":{"schema":)" + schema + "}}",
           R"("response_format":{"type":"json_object","schema":)" + schema + "}",
           R"("json_schema":)" + schema, R"("guided_json":)" + schema,
           R"("structured_outputs":{"json":)" + schema + "}"}) {
    INFO(members);
    CHECK(source_of(members) == schema);
  }
  const auto tag =
      R"({"type":"structural_tag","triggers":["a"],"structures":[{"schema":)" + schema + "}]}";
  CHECK(source_of(R"("response_format":)" + tag) == tag);
  CHECK(source_of(R"("structural_tag":)" + tag) == tag);
  CHECK(source_of(R"("structured_outputs":{"structural_tag":)" + tag + "}") == tag);
}

TEST_CASE("a function's parameters keep long numbers, in the prompt too") {
  const auto parameters =
      R"({"type":"object","properties":{"a":{"maximum":)" + long_integer + "}}}";
  const auto function = R"({"name":"f","parameters":)" + parameters + "}";
  const auto request = decoded(R"("tools":[{"type":"function","function":)" + function + "}]");
  REQUIRE(request);
  const auto& tool = request->chat.tools.at(0);
  CHECK(tool.arguments_schema == parameters);
  CHECK(tool.tool_json == R"({"type":"function","function":)" + function + "}");
}

TEST_CASE("outside of schemas an integer beyond 64 bits is no JSON of ours") {
  for (const auto& members : std::vector<std::string>{
           R"("seed":)" + long_integer, R"("unknown":{"json_schema":{"a":)" + long_integer + "}}",
           R"("json_schema":)" + long_integer,
           R"("tools":[{"type":"function","function":{"name":"f","strict":)" + long_integer + "}}]",
           R"("chat_template_kwargs":{"a":)" + long_integer + "}",
           R"("structured_outputs":{"choice":[)" + long_integer + "]}",
           R"("json_schema":{")" + long_integer + R"(":1,)" + long_integer + ":1}",
           R"("json_schema":{"a":0)" + long_integer + "}",
           R"("json_schema":{"a":)" + long_integer + "x}",
           R"("json_schema":{"a":)" + long_integer + long_integer + ".}",
           R"("json_schema":{"a":1e999}})"}) {
    INFO(members);
    const auto request = decoded(members);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == error_code::invalid_json);
    CHECK(request.error().param.empty());
  }
}

TEST_CASE("strings that begin with U+0000 stay what they are, beside long numbers and without") {
  for (const std::string number : {"1", "123456789012345678901234567890"}) {
    const auto schema = R"({"enum":["\u0000","\u00005","\u0000\u0000a","a\u0000",)" + number +
                        R"(],"\u0000":[{"const":"\u0000"}]})";
    CHECK(source_of(R"("json_schema":)" + schema) == schema);
    const auto request = decoded(R"("user":"\u00005","json_schema":{"a":)" + number + "}");
    REQUIRE(request);
  }
}

TEST_CASE("fractions that a double keeps have their shortest spelling") {
  CHECK(source_of(R"("json_schema":{"enum":[1.50,1e3,-0.0,1.7976931348623157e308]})") ==
        R"({"enum":[1.5,1000.0,-0.0,1.7976931348623157e+308]})");
}
