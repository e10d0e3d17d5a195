#include "model/chat/output/json_scanner.hpp"

#include "tests/support/catch.hpp"

#include <vector>

using namespace hadal::model;

namespace {

using state = json_scanner::state;

/// The compact form, in pieces of `piece` bytes.
std::string compacted(std::string_view text, std::size_t piece) {
  json_scanner scanner;
  std::string compact;
  for (std::size_t at = 0; at < text.size() && scanner.open(); at += piece)
    scanner.feed(text.substr(at, piece), &compact);
  return scanner.finish() ? compact : "not whole";
}

state state_of(std::string_view text) {
  json_scanner scanner;
  scanner.feed(text);
  return scanner.status();
}

} // namespace

TEST_CASE("a value is written compactly, however it is cut") {
  struct row {
    std::string_view text;
    std::string_view compact;
  };
  for (const row& r : {
           row{R"( { "a" : [ 1 , -2.50e+3 , true ] , "b" : null } )",
               R"({"a":[1,-2.50e+3,true],"b":null})"},
           row{R"({"é\u00e9\u4e2d\ud83d\ude42": "\/\"\\\b\f\n\r\t\u0001\u0041"})",
               R"({"éé中🙂":"/\"\\\b\f\n\r\t\u0001A"})"},
           row{"[]", "[]"},
           row{" { } ", "{}"},
           row{"0", "0"},
           row{"-0.0", "-0.0"},
           row{"\"x\"", "\"x\""},
           row{"false", "false"},
           row{"[[[]],{}]", "[[[]],{}]"},
           row{"\"\x7f\xc2\x85\"", "\"\x7f\xc2\x85\""},
       })
    for (const std::size_t piece : {1, 2, 3, 1000})
      CHECK(compacted(r.text, piece) == r.compact);
}

TEST_CASE("what can no longer become a value is broken at once") {
  for (const std::string_view text : {"x",
                                      "{x",
                                      "{\"a\" 1",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "[1,]",
                                      "[1 2",
                                      "[}",
                                      "{]",
                                      "01",
                                      "-x",
                                      "1.x",
                                      "1ex",
                                      "+1",
                                      ".5",
                                      "tru_",
                                      "nul1",
                                      "\"\n",
                                      "\"\\x",
                                      "\"\\u12g",
                                      "\"\\ud800x",
                                      "\"\\ud800\"",
                                      "\"\\ud800\\n",
                                      "\"\\ud800\\u0041",
                                      "\"\\udc00",
                                      "{1:2",
                                      "{\"a\":1 \"b\"",
                                      "}",
                                      ",",
                                      "'a'",
                                      "NaN",
                                      "Infinity",
                                      "//"})
    CHECK(state_of(text) == state::broken);
}

TEST_CASE("what may still become a value is open") {
  for (const std::string_view text :
       {"", " ", "{", "[1", "-", "1", "1.", "1e", "tr", "\"", "\"\\", "\"\\u0", "\"\\ud83d",
        "{\"a\"", "{\"a\":", "{\"a\":1,", "[[]"})
    CHECK(state_of(text) == state::open);
}

TEST_CASE("a value ends where it ends, and the byte that breaks one is not taken") {
  json_scanner object;
  CHECK(object.feed("  {\"a\": 1} tail") == 10);
  CHECK(object.complete());
  json_scanner number;
  CHECK(number.feed("12 ") == 2);
  CHECK(number.complete());
  json_scanner bad;
  CHECK(bad.feed("{\"a\": }") == 6);
  CHECK(bad.broken());
}

TEST_CASE("a bare number is whole when nothing more comes, half a number never") {
  for (const auto& [text, whole] : std::vector<std::pair<std::string_view, bool>>{{"12", true},
                                                                                  {"1.", false},
                                                                                  {"-", false},
                                                                                  {"1e5", true},
                                                                                  {"1e", false},
                                                                                  {"tru", false}}) {
    json_scanner scanner;
    scanner.feed(text);
    CHECK(scanner.finish() == whole);
  }
}

TEST_CASE("nesting has a limit") {
  CHECK(state_of(std::string(128, '[')) == state::open);
  CHECK(state_of(std::string(129, '[')) == state::broken);
}
