#pragma once
// Finds fixed texts in a growing text. No tag may be empty.

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace hadal::model {

struct tag_match {
  std::size_t begin; // in the text searched
  std::size_t which; // index among the tags
};

/// The tag that begins first; of tags at the same place the one listed first. Time is linear in the
/// text before the match.
std::optional<tag_match> find_tag(std::string_view text, std::span<const std::string_view> tags);

/// Length of the longest end of `text` that is a proper prefix of a tag: the bytes to hold
/// back.
std::size_t begun_tag(std::string_view text, std::span<const std::string_view> tags) noexcept;

} // namespace hadal::model
