#pragma once
// General categories of Unicode 16.0, the version that the Hugging Face tokenizers library's
// regular expressions know. Tokenization must not change with the PCRE2 that is installed.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hadal::model {

/// Code points `first` to `last`, both included.
struct code_point_range {
  char32_t first;
  char32_t last;
  bool operator==(const code_point_range&) const = default;
};

/// Ascending, not touching each other.
using code_point_set = std::vector<code_point_range>;

/// One bit a category, in the table's order: Lu is bit 0, Cn is bit 29.
using category_mask = std::uint32_t;

/// The mask of a property name: a category ("Lu"), a group ("L") or its long name ("Letter"); case,
/// spaces, '-' and '_' do not matter. Empty for any other name.
std::optional<category_mask> category_mask_of(std::string_view name);

/// The category of one code point, as a mask with one bit.
category_mask category_of(char32_t code_point) noexcept;

/// Every code point of the categories in `mask`.
code_point_set code_points_of(category_mask mask);

/// All code points that are not in `set`, surrogates left out.
code_point_set complement(const code_point_set& set);

/// What is in `a` and not in `b`.
code_point_set difference(const code_point_set& a, const code_point_set& b);

/// White_Space: what \s means.
bool is_white_space(char32_t code_point) noexcept;
const code_point_set& white_space();

/// A numeric character (categories Nd, Nl, No), as the Digits pre-tokenizer sees it: it follows
/// Unicode 17.0, which has two runs of digits more.
bool is_numeric(char32_t code_point) noexcept;

/// A word character: alphabetic, mark, decimal digit, connector punctuation, join control. What
/// added tokens with `single_word` must not touch.
bool is_word(char32_t code_point) noexcept;

} // namespace hadal::model
