#include "model/execution/replay_script.hpp"

#include "tests/support/catch.hpp"

namespace hadal::model {

TEST_CASE("a script is read line by line, empty lines passed over") {
  auto script = parse_replay_script("\n{\"match\": \"weather\", \"text\": \"sunny\"}\r\n  \n"
                                    "{\"pieces\": [\"a\", \"\", \"b\"], \"delay_ms\": 2.5, "
                                    "\"end\": \"none\"}",
                                    "s.jsonl");
  REQUIRE(script.has_value());
  REQUIRE(script->lines.size() == 2);
  const replay_line& text = script->lines[0];
  CHECK(text.number == 2);
  CHECK(text.match == "weather");
  CHECK(text.is_text);
  CHECK(text.pieces == std::vector<std::string>{"sunny"});
  CHECK(text.delay_us == 0);
  CHECK(text.ends);
  const replay_line& pieces = script->lines[1];
  CHECK(pieces.number == 4);
  CHECK(pieces.match.empty());
  CHECK_FALSE(pieces.is_text);
  CHECK(pieces.pieces == std::vector<std::string>{"a", "", "b"});
  CHECK(pieces.delay_us == 2500);
  CHECK_FALSE(pieces.ends);
}

TEST_CASE("only pieces must each be one token") {
  auto script = parse_replay_script("{\"text\": \"whole\"}\n{\"pieces\": [\"x\", \"y\"]}", "s");
  REQUIRE(script.has_value());
  CHECK(script->token_texts() == std::vector<std::string>{"x", "y"});
}

TEST_CASE("an empty answer is an answer as long as it ends") {
  CHECK(parse_replay_script(R"({"text": ""})", "s").has_value());
  CHECK(parse_replay_script(R"({"pieces": [], "end": "eos"})", "s").has_value());
}

} // namespace hadal::model
