#pragma once
// Finding fixed texts in a text that grows. No tag may be empty.

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace hadal::model {

struct tag_match {
  std::size_t begin; // in the text searched
  std::size_t which; // index among the tags
};

/// The tag that begins first; of those that begin together the one listed first. Takes time linear
/// in what lies before the match.
std::optional<tag_match> find_tag(std::string_view text, std::span<const std::string_view> tags);

/// Length of the longest end of `text` that begins a tag without completing it: what has to be held
/// back, 0 for nothing.
std::size_t begun_tag(std::string_view text, std::span<const std::string_view> tags) noexcept;

} // namespace hadal::model
