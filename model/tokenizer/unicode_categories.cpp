#include "model/tokenizer/unicode_categories.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string>
#include <utility>

namespace hadal::model {

namespace {

constexpr std::uint32_t category_runs[] = {
#include "model/tokenizer/unicode_categories.inc"
};

constexpr char32_t code_point_max = 0x10FFFF;
constexpr code_point_range surrogates{0xD800, 0xDFFF};

constexpr std::array<std::string_view, 30> category_names = {
    "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "pc", "pd", "ps", "pe",
    "pi", "pf", "po", "sm", "sc", "sk", "so", "zs", "zl", "zp", "cc", "cf", "cs", "co", "cn"};

constexpr std::array<std::pair<std::string_view, char>, 7> group_names = {{{"letter", 'l'},
                                                                           {"mark", 'm'},
                                                                           {"number", 'n'},
                                                                           {"punctuation", 'p'},
                                                                           {"symbol", 's'},
                                                                           {"separator", 'z'},
                                                                           {"other", 'c'}}};

category_mask group_mask(char group) {
  category_mask mask = 0;
  for (std::size_t i = 0; i < category_names.size(); ++i)
    if (category_names[i][0] == group)
      mask |= category_mask{1} << i;
  return mask;
}

bool contains(const code_point_set& set, char32_t c) noexcept {
  auto after = std::upper_bound(set.begin(), set.end(), c,
                                [](char32_t x, const code_point_range& r) { return x < r.first; });
  return after != set.begin() && c <= std::prev(after)->last;
}

} // namespace

std::optional<category_mask> category_mask_of(std::string_view name) {
  std::string key;
  for (char c : name)
    if (c != ' ' && c != '-' && c != '_')
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (std::size_t i = 0; i < category_names.size(); ++i)
    if (category_names[i] == key)
      return category_mask{1} << i;
  for (const auto& [long_name, group] : group_names)
    if (key == long_name || (key.size() == 1 && key[0] == group))
      return group_mask(group);
  return std::nullopt;
}

category_mask category_of(char32_t code_point) noexcept {
  const auto probe = static_cast<std::uint32_t>(code_point) << 8 | 0xFFu;
  const auto* after = std::upper_bound(std::begin(category_runs), std::end(category_runs), probe);
  return category_mask{1} << (*std::prev(after) & 0xFFu);
}

code_point_set code_points_of(category_mask mask) {
  code_point_set set;
  const std::size_t count = std::size(category_runs);
  for (std::size_t i = 0; i < count; ++i) {
    if ((mask >> (category_runs[i] & 0xFFu) & 1) == 0)
      continue;
    const auto first = static_cast<char32_t>(category_runs[i] >> 8);
    const char32_t last =
        i + 1 < count ? static_cast<char32_t>((category_runs[i + 1] >> 8) - 1) : code_point_max;
    if (!set.empty() && set.back().last + 1 == first)
      set.back().last = last;
    else
      set.push_back({first, last});
  }
  return set;
}

code_point_set complement(const code_point_set& set) {
  return difference({{0, surrogates.first - 1}, {surrogates.last + 1, code_point_max}}, set);
}

code_point_set difference(const code_point_set& a, const code_point_set& b) {
  code_point_set out;
  auto cut = b.begin();
  for (code_point_range range : a) {
    while (cut != b.end() && cut->last < range.first)
      ++cut;
    bool used_up = false;
    for (auto c = cut; c != b.end() && c->first <= range.last; ++c) {
      if (c->first > range.first)
        out.push_back({range.first, c->first - 1});
      used_up = c->last >= range.last;
      range.first = c->last + 1;
      if (used_up)
        break;
    }
    if (!used_up)
      out.push_back(range);
  }
  return out;
}

const code_point_set& white_space() {
  static const code_point_set set = {
      {0x09, 0x0D},     {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
      {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
  return set;
}

bool is_white_space(char32_t code_point) noexcept {
  return contains(white_space(), code_point);
}

bool is_numeric(char32_t code_point) noexcept {
  static const category_mask number = group_mask('n');
  if (code_point < 0x80)
    return code_point >= '0' && code_point <= '9';
  return (category_of(code_point) & number) != 0 ||
         (code_point >= 0x11DE0 && code_point <= 0x11DE9) ||
         (code_point >= 0x16FF4 && code_point <= 0x16FF6);
}

bool is_word(char32_t code_point) noexcept {
  static const category_mask word = group_mask('l') | group_mask('m') | *category_mask_of("Nd") |
                                    *category_mask_of("Nl") | *category_mask_of("Pc");
  // Circled and squared letters are alphabetic symbols; the two joiners are format characters.
  static const code_point_set others = {{0x200C, 0x200D},
                                        {0x24B6, 0x24E9},
                                        {0x1F130, 0x1F149},
                                        {0x1F150, 0x1F169},
                                        {0x1F170, 0x1F189}};
  return (category_of(code_point) & word) != 0 || contains(others, code_point);
}

} // namespace hadal::model
