#pragma once
// General categories of Unicode 16.0, the version of the regular expressions in the Hugging Face
// tokenizers library. Tokenization must not depend on the installed PCRE2.

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

/// Ascending, not adjacent.
using code_point_set = std::vector<code_point_range>;

/// One bit per category, in the table's order: Lu is bit 0, Cn is bit 29.
using category_mask = std::uint32_t;

/// The mask of a property name: a category ("Lu"), a group ("L") or its long name ("Letter"); case,
/// spaces, '-' and '_' do not matter. Empty for any other name.
std::optional<category_mask> category_mask_of(std::string_view name);

/// The category of one code point, as a mask with one bit.
category_mask category_of(char32_t code_point) noexcept;

/// Every code point of the categories in `mask`.
code_point_set code_points_of(category_mask mask);

/// All code points that are not in `set`, except surrogates.
code_point_set complement(const code_point_set& set);

/// Code points that are in `a` and not in `b`.
code_point_set difference(const code_point_set& a, const code_point_set& b);

/// White_Space: what \s means.
bool is_white_space(char32_t code_point) noexcept;
const code_point_set& white_space();

/// A numeric character (categories Nd, Nl, No), as in the Digits pre-tokenizer, which follows
/// Unicode 17.0: that has two more runs of digits.
bool is_numeric(char32_t code_point) noexcept;

/// A word character: alphabetic, mark, decimal digit, connector punctuation, join control. An added
/// token with `single_word` must not be next to one.
bool is_word(char32_t code_point) noexcept;

} // namespace hadal::model
