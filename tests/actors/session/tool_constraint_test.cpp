#include "actors/session/tool_constraint.hpp"

#include "net/openai/decode.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

namespace {

const std::string schema = R"({"type":"object","properties":{"a":{"type":"null"}}})";

std::optional<tool_constraint> constraint(const std::string& fields) {
  protocol::model_facts facts;
  facts.tool_call_parser = model::tool_call_parser_kind::deepseekv31;
  const auto request =
      net::decode_chat_request(R"({"messages":[{"role":"user","content":"x"}],)" + fields + "}");
  REQUIRE(request);
  auto made = tool_constraint_of(*request, facts);
  REQUIRE(made);
  return std::move(*made);
}

std::string tool(const std::string& name, const std::string& more) {
  return R"({"type":"function","function":{"name":")" + name + "\"" + more + "}}";
}

bool binds(const model::constraint_source& source) {
  return source.text.find(schema) != std::string::npos;
}

} // namespace

TEST_CASE("forced arguments follow the parameters, or are any object where those cannot be kept") {
  const auto tools = R"("tools":[)" + tool("f", R"(,"parameters":)" + schema) + "]";
  const auto forced = constraint(tools + R"(,"tool_choice":"required")");
  REQUIRE(forced);
  CHECK(binds(forced->source));
  REQUIRE(forced->looser);
  CHECK_FALSE(binds(*forced->looser));
  const auto named =
      constraint(tools + R"(,"tool_choice":{"type":"function","function":{"name":"f"}})");
  REQUIRE(named);
  CHECK(named->source.text == forced->source.text);
  CHECK_FALSE(constraint(tools)); // a free choice of functions that are not strict
}

TEST_CASE("the arguments of a function without parameters are {}, and no object that was made up") {
  const std::string nothing = R"("content":{"type":"const_string","value":"{}"})";
  for (const auto& more :
       {"", R"(,"parameters":null)", R"(,"parameters":{})", R"(,"parameters":{"type":"object"})"}) {
    const auto made = constraint(R"("tool_choice":"required","tools":[)" + tool("f", more) + "]");
    REQUIRE(made);
    CHECK(made->source.text.find(nothing) != std::string::npos);
    CHECK(made->source.text.find("json_schema") == std::string::npos);
    CHECK_FALSE(made->looser);
  }
  const auto map =
      constraint(R"("tool_choice":"required","tools":[)" +
                 tool("f", R"(,"parameters":{"type":"object","additionalProperties":true})") + "]");
  REQUIRE(map);
  CHECK(map->source.text.find(nothing) == std::string::npos);
  // Beside a function whose arguments are any object, it is bound still.
  const auto beside = constraint(R"("tool_choice":"required","tools":[)" + tool("f", "") + "," +
                                 tool("g", R"(,"parameters":)" + schema) + "]");
  REQUIRE(beside->looser);
  CHECK(beside->looser->text.find(nothing) != std::string::npos);
}

TEST_CASE("a strict function is never bound less") {
  const auto strict = tool("f", R"(,"strict":true,"parameters":)" + schema);
  const auto alone = constraint(R"("tool_choice":"required","tools":[)" + strict + "]");
  REQUIRE(alone);
  CHECK(binds(alone->source));
  CHECK_FALSE(alone->looser);
  const auto beside =
      constraint(R"("tool_choice":"required","tools":[)" + strict + "," +
                 tool("g", R"(,"parameters":{"type":"object","maxProperties":1})") + "]");
  REQUIRE(beside);
  CHECK(beside->source.text.find("maxProperties") != std::string::npos);
  REQUIRE(beside->looser);
  CHECK(binds(*beside->looser));
  CHECK(beside->looser->text.find("maxProperties") == std::string::npos);
}

TEST_CASE("with a free choice only strict functions are bound") {
  const auto made =
      constraint(R"("tools":[)" + tool("f", R"(,"strict":true,"parameters":)" + schema) + "," +
                 tool("g", R"(,"parameters":{"maxProperties":1})") + "]");
  REQUIRE(made);
  CHECK(binds(made->source));
  CHECK(made->source.text.find("maxProperties") == std::string::npos);
  CHECK_FALSE(made->looser);
}
