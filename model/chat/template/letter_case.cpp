#include "model/chat/template/letter_case.hpp"

#include "base/utf8.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>

namespace hadal::model::templates {

namespace {

struct case_run {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t step;
  std::int32_t difference;
};

struct case_special {
  std::uint32_t code_point;
  const char* text;
};

#include "model/chat/template/letter_case.inc"

struct case_table {
  std::span<const case_run> runs;
  std::span<const case_special> specials;
};

constexpr case_table upper_table{upper_runs, upper_specials};
constexpr case_table lower_table{lower_runs, lower_specials};
constexpr case_table title_table{title_runs, title_specials};

// False if the table has no entry.
bool append_changed(const case_table& table, std::uint32_t c, std::string& out) {
  const auto special =
      std::lower_bound(table.specials.begin(), table.specials.end(), c,
                       [](const case_special& s, std::uint32_t x) { return s.code_point < x; });
  if (special != table.specials.end() && special->code_point == c) {
    out += special->text;
    return true;
  }
  // Runs with a step may overlap their neighbours, so neighbouring runs are tried too.
  auto run = std::upper_bound(table.runs.begin(), table.runs.end(), c,
                              [](std::uint32_t x, const case_run& r) { return x < r.first; });
  for (int looked = 0; run != table.runs.begin() && looked < 4; ++looked) {
    --run;
    if (c <= run->last && (c - run->first) % run->step == 0) {
      append_utf8(out, static_cast<char32_t>(static_cast<std::int64_t>(c) + run->difference));
      return true;
    }
  }
  return false;
}

bool is_lower_ascii(char32_t c) {
  return c >= U'a' && c <= U'z';
}
bool is_upper_ascii(char32_t c) {
  return c >= U'A' && c <= U'Z';
}

void append_upper(char32_t c, std::string& out) {
  if (c < 0x80)
    out += static_cast<char>(is_lower_ascii(c) ? c - 32 : c);
  else if (!append_changed(upper_table, c, out))
    append_utf8(out, c);
}

void append_lower(char32_t c, std::string& out) {
  if (c < 0x80)
    out += static_cast<char>(is_upper_ascii(c) ? c + 32 : c);
  else if (!append_changed(lower_table, c, out))
    append_utf8(out, c);
}

void append_title(char32_t c, std::string& out) {
  if (c < 0x80 || !append_changed(title_table, c, out))
    append_upper(c, out);
}

bool changes(const case_table& table, char32_t c) {
  std::string ignored;
  return append_changed(table, c, ignored);
}

// Letters that have case, by category or because one of the tables changes them.
bool is_cased(char32_t c) {
  static const category_mask letters =
      *category_mask_of("Lu") | *category_mask_of("Ll") | *category_mask_of("Lt");
  return (category_of(c) & letters) != 0 || changes(upper_table, c) || changes(lower_table, c);
}

// True for characters that do not end a word, in the rule of the final sigma.
bool is_case_ignorable(char32_t c) {
  static const category_mask marks = *category_mask_of("Mn") | *category_mask_of("Me") |
                                     *category_mask_of("Cf") | *category_mask_of("Lm") |
                                     *category_mask_of("Sk");
  return (category_of(c) & marks) != 0 || c == U'\'' || c == U'.' || c == U':' || c == 0xB7 ||
         c == 0x2018 || c == 0x2019 || c == 0x2024 || c == 0x2027 || c == 0x387 || c == 0x55F ||
         c == 0x5F4 || c == 0xFE13 || c == 0xFE52 || c == 0xFE55 || c == 0xFF07 || c == 0xFF0E ||
         c == 0xFF1A;
}

// A capital sigma ends a word when a letter comes before it and none after it.
bool is_final_sigma(std::string_view text, std::size_t at, std::size_t bytes) {
  bool before = false;
  for (std::size_t end = at; end > 0;) {
    const char32_t c = decode_back(text, end);
    if (is_case_ignorable(c))
      continue;
    before = is_cased(c);
    break;
  }
  if (!before)
    return false;
  for (std::size_t next = at + bytes; next < text.size();) {
    std::size_t size = 0;
    const char32_t c = decode_front(text.substr(next), size);
    if (!is_case_ignorable(c))
      return !is_cased(c);
    next += size;
  }
  return true;
}

constexpr char32_t capital_sigma = 0x3A3;

void append_lower_at(std::string_view text, std::size_t at, std::size_t bytes, char32_t c,
                     std::string& out) {
  if (c == capital_sigma)
    append_utf8(out, is_final_sigma(text, at, bytes) ? 0x3C2 : 0x3C3);
  else
    append_lower(c, out);
}

/// Calls change(position, bytes, character, out) for each character.
template <class Change>
marked_text each_character(const marked_text& text, Change change) {
  marked_text out;
  const std::string_view bytes = text.text();
  auto range = text.control_ranges().begin();
  std::string changed;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t size = 0;
    const char32_t c = decode_front(bytes.substr(at), size);
    changed.clear();
    change(at, size, c, changed);
    while (range != text.control_ranges().end() && range->end <= at)
      ++range;
    if (range != text.control_ranges().end() && range->begin <= at)
      out.control(changed);
    else
      out.plain(changed);
    at += size;
  }
  return out;
}

// True if there is a letter with case and none for which `other` is true.
template <class Other>
bool has_one_case(std::string_view text, Other other) {
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 0;
    const char32_t c = decode_front(text.substr(at), size);
    if (other(c))
      return false;
    any = any || is_cased(c);
    at += size;
  }
  return any;
}

} // namespace

marked_text upper_case(const marked_text& text) {
  return each_character(
      text, [](std::size_t, std::size_t, char32_t c, std::string& out) { append_upper(c, out); });
}

marked_text lower_case(const marked_text& text) {
  return each_character(text, [&](std::size_t at, std::size_t bytes, char32_t c, std::string& out) {
    append_lower_at(text.text(), at, bytes, c, out);
  });
}

marked_text title_case(const marked_text& text) {
  bool in_word = false;
  return each_character(text, [&](std::size_t at, std::size_t bytes, char32_t c, std::string& out) {
    if (in_word)
      append_lower_at(text.text(), at, bytes, c, out);
    else
      append_title(c, out);
    in_word = is_cased(c);
  });
}

marked_text capitalized(const marked_text& text) {
  return each_character(text, [&](std::size_t at, std::size_t bytes, char32_t c, std::string& out) {
    if (at == 0)
      append_title(c, out);
    else
      append_lower_at(text.text(), at, bytes, c, out);
  });
}

bool is_upper_case(std::string_view text) {
  return has_one_case(
      text, [](char32_t c) { return is_lower_ascii(c) || (c >= 0x80 && changes(upper_table, c)); });
}

bool is_lower_case(std::string_view text) {
  return has_one_case(
      text, [](char32_t c) { return is_upper_ascii(c) || (c >= 0x80 && changes(lower_table, c)); });
}

} // namespace hadal::model::templates
