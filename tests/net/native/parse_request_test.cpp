#include "net/native/parse_request.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

using namespace hadal;
using namespace hadal::net;
using json = nlohmann::json;

TEST_CASE("texts to be taken apart name their parsers or leave them to the server") {
  const auto reasoning =
      decode_separate_reasoning(R"({"text": "a", "reasoning_parser": "deepseek-r1"})");
  REQUIRE(reasoning.has_value());
  CHECK(reasoning->reasoning_parser == "deepseek-r1");
  const auto calls = decode_parse_function_call(R"({"text": "", "tools":
    [{"type": "function", "function": {"name": "f"}}]})");
  REQUIRE(calls.has_value());
  CHECK(calls->text.empty());
  CHECK(calls->tool_call_parser.empty());
  CHECK(calls->tools.size() == 1);
}

TEST_CASE("a bad field of a text to be taken apart is refused and named") {
  for (const auto& [body, param] : std::vector<std::pair<const char*, const char*>>{
           {"{}", "text"},
           {R"({"text": 5})", "text"},
           {R"({"text": "a", "reasoning_parser": 5, "tool_call_parser": 5})", "?"},
           {R"({"text": "a", "tools": {}})", "tools"}}) {
    INFO(body);
    const auto reasoning = decode_separate_reasoning(body);
    const auto calls = decode_parse_function_call(body);
    if (std::string(param) == "?") {
      CHECK(reasoning.error().param == "reasoning_parser");
      CHECK(calls.error().param == "tool_call_parser");
    } else if (std::string(param) == "tools") {
      CHECK(reasoning.has_value());
      CHECK(calls.error().param == "tools");
    } else {
      CHECK(reasoning.error().param == param);
      CHECK(calls.error().param == param);
    }
  }
}

TEST_CASE("what was found is written as SGLang writes it") {
  CHECK(json::parse(separate_reasoning_response("a\n", "b").body) ==
        json({{"reasoning_text", "a\n"}, {"text", "b"}}));
  const std::vector<parsed_call> calls = {{"f", R"({"x": 1})"}, {"g", "{}"}};
  CHECK(json::parse(parse_function_call_response("t", calls).body) ==
        json::parse(R"({"normal_text": "t", "calls": [
          {"tool_index": 0, "name": "f", "parameters": "{\"x\": 1}"},
          {"tool_index": 1, "name": "g", "parameters": "{}"}]})"));
}
