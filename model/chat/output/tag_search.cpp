#include "model/chat/output/tag_search.hpp"

#include <algorithm>
#include <string>

namespace hadal::model {

std::optional<tag_match> find_tag(std::string_view text, std::span<const std::string_view> tags) {
  std::string firsts;
  for (const std::string_view tag : tags)
    if (firsts.find(tag.front()) == std::string::npos)
      firsts += tag.front();
  for (std::size_t at = text.find_first_of(firsts); at != std::string_view::npos;
       at = text.find_first_of(firsts, at + 1))
    for (std::size_t which = 0; which < tags.size(); ++which)
      if (text.substr(at, tags[which].size()) == tags[which])
        return tag_match{at, which};
  return std::nullopt;
}

std::size_t begun_tag(std::string_view text, std::span<const std::string_view> tags) noexcept {
  std::size_t longest = 0;
  for (const std::string_view tag : tags) {
    const std::size_t most = std::min(tag.size() - 1, text.size());
    for (std::size_t length = most; length > longest; --length)
      if (text.substr(text.size() - length) == tag.substr(0, length)) {
        longest = length;
        break;
      }
  }
  return longest;
}

} // namespace hadal::model
