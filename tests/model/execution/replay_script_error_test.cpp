#include "model/execution/replay_script.hpp"

#include "tests/support/catch.hpp"

namespace hadal::model {

TEST_CASE("what is wrong with a script is said with its file and line") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"pieces": [1]})", "'pieces' must be an array of strings"},
      {R"({"pieces": "abc"})", "'pieces' must be an array of strings"},
      {R"({"text": null})", "'text' must be a string"},
      {R"({"text": "a", "match": 3})", "'match' must be a string"},
      {R"({"text": "a", "pieces": ["b"]})", "has both 'text' and 'pieces'"},
      {R"({"match": "a"})", "has neither 'text' nor 'pieces'"},
      {R"({"text": "a", "delay_ms": -1})", "'delay_ms' must be a number from 0 to 3600000"},
      {R"({"text": "a", "delay_ms": true})", "'delay_ms' must be a number from 0 to 3600000"},
      {R"({"text": "a", "end": "stop"})", "'end' must be \"eos\" or \"none\""},
      {R"({"text": "a", "ending": "eos"})", "'ending' is not known here"},
      {R"({"text": "a", "text": "b"})", "'text' is there twice"},
      {R"({"pieces": [], "end": "none"})",
       "\"end\": \"none\" repeats the last piece, and there is none"},
      {R"(["text"])", "is not a JSON object"},
  };
  for (const auto& [line, message] : cases) {
    auto script = parse_replay_script("{\"text\": \"good\"}\n\n" + line, "s.jsonl");
    INFO(line);
    REQUIRE_FALSE(script.has_value());
    CHECK(script.error().code == error_code::invalid_config);
    CHECK(script.error().message == "s.jsonl: line 3: " + message);
    CHECK(script.error().param == "s.jsonl");
  }
}

TEST_CASE("a line that is not JSON says why") {
  for (const char* line : {"{\"text\": \"a\"", "text", "{\"text\": \"\\ud800\"}", "{} {}"}) {
    auto script = parse_replay_script(line, "s.jsonl");
    INFO(line);
    REQUIRE_FALSE(script.has_value());
    CHECK(script.error().message.find("s.jsonl: line 1: ") == 0);
  }
}

TEST_CASE("a script without a line and a file that is not there are refused") {
  auto empty = parse_replay_script(" \n\n", "s.jsonl");
  REQUIRE_FALSE(empty.has_value());
  CHECK(empty.error().message == "s.jsonl: has no line to replay");
  auto missing = load_replay_script("/nowhere/s.jsonl");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == error_code::io_error);
}

} // namespace hadal::model
