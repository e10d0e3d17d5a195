#include "model/tokenizer/unicode_categories.hpp"

#include "base/utf8.hpp"
#include "model/tokenizer/regex.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace hadal;
using namespace hadal::model;

namespace {

const std::string& all_characters() {
  static const std::string text = [] {
    std::string all;
    for (char32_t c = 0; c < 0x110000; ++c)
      if (c < 0xD800 || c >= 0xE000)
        append_utf8(all, c);
    return all;
  }();
  return text;
}

// The code points that `pattern`, a pattern for one character, matches.
code_point_set matched(std::string_view pattern) {
  const auto compiled = regex::compile(std::string(pattern) + "+");
  REQUIRE(compiled.has_value());
  regex_scratch scratch;
  code_point_set set;
  const std::string_view text = all_characters();
  std::size_t from = 0;
  while (true) {
    const auto found = compiled->search(text, from, scratch);
    REQUIRE(found.has_value());
    if (!*found)
      return set;
    from = (*found)->end;
    std::size_t bytes = 0;
    for (std::size_t at = (*found)->begin; at < from; at += bytes) {
      const char32_t c = decode_front(text.substr(at), bytes);
      if (!set.empty() && set.back().last + 1 == c)
        set.back().last = c;
      else
        set.push_back({c, c});
    }
  }
}

// `set` without surrogates, which UTF-8 text cannot contain.
code_point_set without_surrogates(const code_point_set& set) {
  return complement(complement(set));
}

} // namespace

TEST_CASE("patterns see the categories of Unicode 16, whatever PCRE2 knows") {
  for (const char* name : {"L", "M", "N", "P", "S", "Z", "Lu", "Nd"}) {
    INFO(name);
    const code_point_set ours = without_surrogates(code_points_of(*category_mask_of(name)));
    CHECK(matched(std::string("\\p{") + name + "}") == ours);
    CHECK(matched(std::string("[\\P{") + name + "}]") == complement(ours));
  }
}

TEST_CASE("white space is Unicode's: next line and ideographic space, no zero-width space") {
  CHECK(matched("\\s") == white_space());
  CHECK(matched("\\S") == complement(white_space()));
  CHECK(matched("[^\\S]") == white_space());
  for (char32_t c : {0x09, 0x0B, 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x3000})
    CHECK(is_white_space(c));
  for (char32_t c : {0x1C, 0x180E, 0x200B, 0x200D, 0x2060, 0xFEFF})
    CHECK_FALSE(is_white_space(c));
}

TEST_CASE("every code point has exactly one category") {
  std::size_t count = 0;
  for (int bit = 0; bit < 30; ++bit)
    for (const code_point_range& r : code_points_of(category_mask{1} << bit))
      count += r.last - r.first + 1;
  CHECK(count == 0x110000);
  CHECK(category_of('A') == *category_mask_of("Lu"));
  CHECK(category_of('5') == *category_mask_of("nd"));
  CHECK(category_of(0x0301) == *category_mask_of("Mn"));
  CHECK(category_of(0x1C89) == *category_mask_of("Lu")); // new in Unicode 16
  CHECK(category_of(0x10FFFF) == *category_mask_of("Cn"));
}

TEST_CASE("property names are found in any spelling and others are not") {
  CHECK(category_mask_of("L") == category_mask_of("letter"));
  CHECK(category_mask_of("N") == category_mask_of(" Num_ber"));
  CHECK_FALSE(category_mask_of("Han"));
  CHECK_FALSE(category_mask_of(""));
  CHECK_FALSE(category_mask_of("X"));
}

TEST_CASE("sets are cut from each other") {
  const code_point_set a = {{1, 5}, {8, 8}, {10, 20}};
  CHECK(difference(a, {}) == a);
  CHECK(difference(a, a).empty());
  CHECK(difference(a, {{3, 3}, {8, 12}, {15, 16}, {20, 30}}) ==
        code_point_set{{1, 2}, {4, 5}, {13, 14}, {17, 19}});
}

TEST_CASE("digits follow Unicode 17 and words hold marks, joiners and circled letters") {
  for (char32_t c : {U'0', U'½', char32_t{0x11DE0}, char32_t{0x16FF6}, char32_t{0x1D7FF}})
    CHECK(is_numeric(c));
  for (char32_t c : {U'a', U'一', char32_t{0x11DEA}})
    CHECK_FALSE(is_numeric(c));
  for (char32_t c : {U'a', U'_', U'7', char32_t{0x301}, char32_t{0x200D}, char32_t{0x24B6}})
    CHECK(is_word(c));
  for (char32_t c : {U'-', U' ', U'½', U'€', char32_t{0x200B}})
    CHECK_FALSE(is_word(c));
}
