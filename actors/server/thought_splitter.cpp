#include "actors/server/thought_splitter.hpp"

#include <algorithm>
#include <utility>

namespace hadal::server {

namespace {

constexpr std::string_view tag = "</think>";

/// Length of the longest end of `text` that begins the tag without completing it.
std::size_t begun_tag(std::string_view text) noexcept {
  for (auto length = std::min(text.size(), tag.size() - 1); length > 0; --length)
    if (text.substr(text.size() - length) == tag.substr(0, length))
      return length;
  return 0;
}

} // namespace

thought_splitter::pieces thought_splitter::feed(std::string_view text) {
  if (!inside_)
    return {{}, std::string{text}};
  held_ += text;
  if (const auto at = held_.find(tag); at != std::string::npos) {
    inside_ = false;
    pieces out{held_.substr(0, at), held_.substr(at + tag.size())};
    held_.clear();
    return out;
  }
  const auto shown = held_.size() - begun_tag(held_);
  pieces out{held_.substr(0, shown), {}};
  held_.erase(0, shown);
  return out;
}

thought_splitter::pieces thought_splitter::finish() {
  return {std::exchange(held_, {}), {}};
}

} // namespace hadal::server
