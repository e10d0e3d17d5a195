#include "model/chat/output/reasoning_splitter.hpp"

#include "model/chat/output/tag_search.hpp"
#include "model/chat/output/tool_call_markup.hpp"

#include <array>

namespace hadal::model {

namespace {

constexpr std::array end_tag = {tags::think_end};

} // namespace

reasoning_splitter::pieces reasoning_splitter::push(std::string_view text) {
  pieces out;
  if (phase_ == phase::outside) {
    out.rest = text;
    return out;
  }
  held_ += text;
  if (!drop_leading_tags(out))
    return out; // it may still become a tag
  if (phase_ == phase::inside)
    read_inside(out);
  if (phase_ == phase::outside) {
    out.rest += held_;
    held_.clear();
  }
  return out;
}

reasoning_splitter::pieces reasoning_splitter::settle() {
  if (held_.empty())
    return {}; // leading tags may follow
  pieces out = finish();
  phase_ = inside() ? phase::inside : phase::outside;
  return out;
}

reasoning_splitter::pieces reasoning_splitter::finish() {
  pieces out;
  if (inside())
    take(held_.size(), out);
  else
    out.rest = held_;
  held_.clear();
  return out;
}

/// False while it is not yet decided what the answer begins with.
bool reasoning_splitter::drop_leading_tags(pieces& out) {
  if (phase_ == phase::inside)
    return true;
  while (std::string_view(held_).substr(0, tags::think_begin.size()) == tags::think_begin) {
    take_tag(tags::think_begin, out);
    phase_ = phase::begins_inside;
  }
  if (tags::think_begin.substr(0, held_.size()) == held_)
    return false;
  phase_ = phase_ == phase::begins_inside ? phase::inside : phase::outside;
  return true;
}

void reasoning_splitter::read_inside(pieces& out) {
  if (const auto match = find_tag(held_, end_tag)) {
    take(match->begin, out);
    take_tag(tags::think_end, out);
    phase_ = phase::outside;
    return;
  }
  take(held_.size() - begun_tag(held_, end_tag), out);
}

void reasoning_splitter::take_tag(std::string_view tag, pieces& out) {
  if (keep_tags_)
    out.reasoning += tag;
  held_.erase(0, tag.size());
  reasoning_bytes_ += tag.size();
}

void reasoning_splitter::take(std::size_t count, pieces& out) {
  out.reasoning.append(held_, 0, count);
  held_.erase(0, count);
  reasoning_bytes_ += count;
}

} // namespace hadal::model
