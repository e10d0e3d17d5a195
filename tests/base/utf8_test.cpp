#include "base/utf8.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace hadal;

namespace {

std::string mended(std::string_view text) {
  std::string out;
  append_valid_utf8(out, text);
  return out;
}

} // namespace

TEST_CASE("each broken sequence is one U+FFFD, as Python counts them when it replaces errors") {
  // Expected values are from Python 3.11.
  const std::string r(replacement_character);
  for (const auto& [text, expected] :
       std::vector<std::pair<std::string, std::string>>{{"plain é 你 🙂", "plain é 你 🙂"},
                                                        {"\x80", r},
                                                        {"\xC0\x80", r + r},
                                                        {"\xC3", r},
                                                        {"\xC3(", r + "("},
                                                        {"\xE0\x80\x80", r + r + r},
                                                        {"\xE4\xBD", r},
                                                        {"\xE4\xBDz", r + "z"},
                                                        {"\xED\xA0\x80", r + r + r},
                                                        {"\xF0\x9F\x99", r},
                                                        {"\xF0\x9F\xC3\xA9", r + "é"},
                                                        {"\xF4\x90\x80\x80", r + r + r + r},
                                                        {"\xF5\xFF", r + r}})
    CHECK(mended(text) == expected);
}

TEST_CASE("every code point survives encoding, walking and mending") {
  std::vector<char32_t> wrong;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000)
      continue;
    std::string text;
    append_utf8(text, c);
    std::size_t bytes = 0;
    std::size_t end = text.size();
    bool right = decode_front(text, bytes) == c && bytes == text.size() &&
                 decode_back(text, end) == c && end == 0 && is_valid_utf8(text) &&
                 utf8_front(text).kind == utf8_kind::complete &&
                 complete_prefix(text) == text.size();
    for (std::size_t cut = 1; cut < text.size(); ++cut)
      right = right && complete_prefix(text.substr(0, cut)) == 0;
    if (!right)
      wrong.push_back(c);
  }
  CHECK(wrong.empty());
}

TEST_CASE("validity agrees with the walk over every three bytes after a lead byte") {
  for (int a = 0xC0; a < 0x100; ++a)
    for (int b = 0x70; b < 0xD0; b += 1)
      for (int c : {0x00, 0x7F, 0x80, 0xBF, 0xC0}) {
        const std::string text{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                               'x'};
        REQUIRE((mended(text) == text) == is_valid_utf8(text));
        REQUIRE(is_valid_utf8(mended(text)));
      }
}

TEST_CASE("character starts add up over tokens that share a character") {
  CHECK(count_code_points("h\xC3\xA9") == 2);
  CHECK(count_code_points("\xF0\x9F") + count_code_points("\x98\x80") == 1);
  CHECK(count_code_points("") == 0);
}

TEST_CASE("validity knows overlong forms, surrogates and the end of the planes") {
  CHECK(is_valid_utf8(""));
  CHECK(is_valid_utf8("\xF4\x8F\xBF\xBF"));
  CHECK(is_valid_utf8("\xEE\x80\x80"));
  CHECK_FALSE(is_valid_utf8("\xE0\x9F\xBF"));
  CHECK_FALSE(is_valid_utf8("\xED\xBF\xBF"));
  CHECK_FALSE(is_valid_utf8("\xF0\x8F\xBF\xBF"));
  CHECK_FALSE(is_valid_utf8("\xC2"));
}

TEST_CASE("surrogates are no code points, and a pair of them is one beyond U+FFFF") {
  CHECK(is_code_point(0xD7FF));
  CHECK_FALSE(is_code_point(0xD800));
  CHECK_FALSE(is_code_point(0xDFFF));
  CHECK(is_code_point(0xE000));
  CHECK(is_code_point(0x10FFFF));
  CHECK_FALSE(is_code_point(0x110000));
  CHECK(is_high_surrogate(0xDBFF));
  CHECK_FALSE(is_high_surrogate(0xDC00));
  CHECK(is_low_surrogate(0xDC00));
  CHECK(join_surrogates(0xD800, 0xDC00) == 0x10000);
  CHECK(join_surrogates(0xD83D, 0xDE42) == 0x1F642);
}
