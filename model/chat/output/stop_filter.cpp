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
    released_ += text.size();
    return std::string(text);
  }
  held_ += text;
  return search(counts);
}

std::string stop_filter::push_hidden(std::string_view text, bool counts) {
  if (stops_.empty() || text.empty())
    return {};
  const std::size_t begin = held_begin_ + held_.size();
  held_ += text;
  hidden_.push_back({begin, begin + text.size()});
  return search(counts);
}

std::string stop_filter::search(bool counts) {
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

/// Removes held text up to that offset and returns the visible part of it.
std::string stop_filter::give(std::size_t until) {
  std::string text;
  std::size_t at = held_begin_;
  const auto show = [&](std::size_t end) {
    if (end > at)
      text.append(held_, at - held_begin_, end - at);
  };
  for (const range& hidden : hidden_) {
    show(std::min(hidden.begin, until));
    at = std::max(at, std::min(hidden.end, until));
  }
  show(until);
  std::erase_if(hidden_, [until](const range& hidden) { return hidden.end <= until; });
  held_.erase(0, until - held_begin_);
  held_begin_ = until;
  released_ += text.size();
  return text;
}

} // namespace hadal::model
