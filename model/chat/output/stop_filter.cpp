#include "model/chat/output/stop_filter.hpp"

#include "model/chat/output/tag_search.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace hadal::model {

stop_filter::stop_filter(std::vector<std::string> stops, bool include_match)
  : stops_(std::move(stops)), include_match_(include_match) {}

std::string stop_filter::push(std::string_view text, bool counts) {
  if (stops_.empty()) {
    held_begin_ += text.size();
    return std::string(text);
  }
  held_ += text;
  if (!counts)
    searched_ = held_begin_ + held_.size();
  if (const auto found = find()) {
    matched_ = found->which;
    return give(include_match_ ? found->end : found->begin);
  }
  searched_ = held_begin_ + held_.size();
  return give(searched_ - held_back());
}

std::string stop_filter::finish() {
  return give(held_begin_ + held_.size());
}

std::optional<stop_filter::match> stop_filter::find() const {
  std::optional<match> best;
  for (std::size_t which = 0; which < stops_.size(); ++which) {
    const std::string_view stop = stops_[which];
    // The first place where this stop may begin and still end after what has been searched.
    const std::size_t from = searched_ + 1 > held_begin_ + stop.size()
                                 ? searched_ + 1 - stop.size() - held_begin_
                                 : std::size_t{0};
    const std::size_t at = std::string_view(held_).find(stop, from);
    if (at == std::string_view::npos)
      continue;
    const match found{held_begin_ + at, held_begin_ + at + stop.size(), which};
    if (!best || found.end < best->end || (found.end == best->end && found.begin < best->begin))
      best = found;
  }
  return best;
}

std::size_t stop_filter::held_back() const noexcept {
  std::size_t longest = 0;
  for (const std::string_view stop : stops_)
    longest = std::max(longest, begun_tag(held_, std::span(&stop, 1)));
  return longest;
}

std::string stop_filter::give(std::size_t until) {
  const std::size_t count = until - held_begin_;
  std::string text = held_.substr(0, count);
  held_.erase(0, count);
  held_begin_ = until;
  return text;
}

} // namespace hadal::model
