#include "base/json_string.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace hadal;

namespace {

std::string quoted(std::string_view text, json_escapes escapes = json_escapes::line_ends) {
  std::string out;
  append_json_string(out, text, escapes);
  return out;
}

} // namespace

TEST_CASE("strings are escaped where JSON asks for it") {
  CHECK(quoted("") == R"("")");
  CHECK(quoted("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(quoted("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(quoted(std::string_view("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
  CHECK(quoted("h\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80") ==
        "\"h\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80\"");
}

TEST_CASE("every control character is escaped and every other ASCII character but two is itself") {
  for (int c = 0; c < 128; ++c) {
    const char ch = static_cast<char>(c);
    const std::string out = quoted(std::string_view(&ch, 1));
    if (c < 0x20 || ch == '"' || ch == '\\')
      CHECK(out[1] == '\\');
    else
      CHECK(out == std::string("\"") + ch + "\"");
  }
}

TEST_CASE("line ends of other alphabets are escaped where they are asked for") {
  const std::string_view text = "a\xC2\x85"
                                "b\xE2\x80\xA8"
                                "c\xE2\x80\xA9"
                                "d";
  CHECK(quoted(text) == R"("a\u0085b\u2028c\u2029d")");
  CHECK(quoted(text, json_escapes::required) == "\"" + std::string(text) + "\"");
}

TEST_CASE("bytes that are not UTF-8 become one U+FFFD for each broken piece") {
  const std::string r = "\xEF\xBF\xBD";
  CHECK(quoted("\xff") == "\"" + r + "\"");
  CHECK(quoted("a\x80z") == "\"a" + r + "z\"");
  CHECK(quoted("\xe4\xb8") == "\"" + r + "\"");
  CHECK(quoted("\xe4\xb8z") == "\"" + r + "z\"");
  CHECK(quoted("\xc0\x80") == "\"" + r + r + "\"");
  CHECK(quoted("\xed\xa0\x80") == "\"" + r + r + r + "\"");
  CHECK(quoted("\xf0\x9f\x98") == "\"" + r + "\"");
  CHECK(quoted("\xf4\x90\x80\x80") == "\"" + r + r + r + r + "\"");
  CHECK(quoted("\xf5") == "\"" + r + "\"");
}

TEST_CASE("what JSON requires is escaped in every way of writing") {
  for (const auto escapes :
       {json_escapes::required, json_escapes::line_ends, json_escapes::non_ascii})
    CHECK(quoted("\"\\\n\x01 a/\x7f", escapes) == "\"\\\"\\\\\\n\\u0001 a/\x7f\"");
}

TEST_CASE(
    "a text may come in pieces that part its characters where only what JSON requires counts") {
  const std::string text = "h\xC3\xA9 \"\xF0\x9F\x98\x80\"";
  std::string pieces;
  for (const char& c : text)
    append_json_characters(pieces, {&c, 1}, json_escapes::required);
  CHECK("\"" + pieces + "\"" == quoted(text, json_escapes::required));
}

TEST_CASE("characters beyond ASCII become units of UTF-16 where they are asked for") {
  CHECK(quoted("h\xC3\xA9 \xE2\x80\xA8 \xF0\x9F\x98\x80", json_escapes::non_ascii) ==
        R"("h\u00e9 \u2028 \ud83d\ude00")");
}

TEST_CASE("a string is its characters between quotes, whatever its length") {
  const std::string word = "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80"
                           "b\xC2\xA0\xE2\x80\x9C";
  std::string text;
  for (std::size_t size = 0; size < 20; ++size, text += word)
    for (std::size_t end = 0; end < 3; ++end)
      for (const auto escapes :
           {json_escapes::required, json_escapes::line_ends, json_escapes::non_ascii}) {
        const std::string whole = text + std::string(end, 'z');
        std::string characters;
        append_json_characters(characters, whole, escapes);
        CHECK(quoted(whole, escapes) == "\"" + characters + "\"");
        if (escapes != json_escapes::non_ascii)
          CHECK(characters == whole);
      }
}
