#include "actors/session/tool_constraint.hpp"

#include "model/chat/output/tool_call_markup.hpp"
#include "net/openai/decode.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

namespace {

const std::string schema = R"({"type":"object","properties":{"a":{"type":"null"}}})";

std::optional<tool_constraint>
constraint(const std::string& fields,
           model::tool_call_parser_kind parser = model::tool_call_parser_kind::deepseekv31) {
  protocol::model_facts facts;
  facts.tool_call_parser = parser;
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

TEST_CASE("a free choice beside another constraint is calls in its place, in every call format") {
  const auto tools = R"("tools":[)" + tool("f", R"(,"parameters":)" + schema) + "]";
  for (const auto* form : {R"("response_format":{"type":"json_object"})", R"("regex":"a")",
                           R"("guided_choice":["a","b"])", R"("ebnf":"root ::= \"a\"")"})
    for (const auto parser :
         {model::tool_call_parser_kind::deepseekv3, model::tool_call_parser_kind::deepseekv31,
          model::tool_call_parser_kind::deepseekv32}) {
      const auto made = constraint(tools + "," + form, parser);
      REQUIRE(made);
      CHECK(made->begin_in_place == model::markup_of(parser).block_begin);
      CHECK(made->source.param == "tools");
      CHECK(binds(made->source));
      REQUIRE(made->looser);
      CHECK_FALSE(binds(*made->looser));
      const auto forced = constraint(tools + R"(,"tool_choice":"required")", parser);
      REQUIRE(forced);
      CHECK(made->source.text == forced->source.text);
      CHECK(forced->begin_in_place.empty());
    }
}

TEST_CASE("a forced call wins over another constraint") {
  const auto tools = R"("tools":[)" + tool("f", R"(,"parameters":)" + schema) + R"(],"regex":"a")";
  for (const auto* choice : {R"("required")", R"({"type":"function","function":{"name":"f"}})"}) {
    const auto made = constraint(tools + R"(,"tool_choice":)" + choice);
    REQUIRE(made);
    CHECK(made->begin_in_place.empty());
    CHECK(binds(made->source));
  }
}

TEST_CASE("a constraint stands alone without calls to make, or without a format for them") {
  const auto strict = R"("tools":[)" + tool("f", R"(,"strict":true,"parameters":)" + schema) + "]";
  const auto beside = strict + R"(,"regex":"a")";
  CHECK_FALSE(constraint(beside + R"(,"tool_choice":"none")"));
  CHECK_FALSE(constraint(R"("regex":"a")"));
  CHECK_FALSE(constraint(beside, model::tool_call_parser_kind::none));
  const auto made = constraint(beside);
  REQUIRE(made);
  CHECK_FALSE(made->begin_in_place.empty());
  CHECK_FALSE(made->looser); // a strict function is never bound less
}
