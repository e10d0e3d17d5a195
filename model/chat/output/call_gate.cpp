#include "model/chat/output/call_gate.hpp"

#include "model/chat/output/tag_search.hpp"
#include "model/chat/output/tool_call_markup.hpp"

#include <array>
#include <utility>

namespace hadal::model {

call_gate::pieces call_gate::push(std::string_view text) {
  static constexpr std::array ends = {tags::think_end};
  pieces out;
  held_ += text;
  if (phase_ == phase::reasoning) {
    const auto end = find_tag(held_, ends);
    give_text(end ? end->begin + tags::think_end.size() : held_.size() - begun_tag(held_, ends),
              out);
    if (end)
      phase_ = phase::undecided;
  }
  if (phase_ == phase::undecided && held_.starts_with(begin_))
    phase_ = phase::calls;
  else if (phase_ == phase::undecided && !begin_.starts_with(held_))
    phase_ = phase::text;
  if (phase_ == phase::calls)
    out.calls = std::exchange(held_, {});
  else if (phase_ == phase::text)
    give_text(held_.size(), out);
  return out;
}

call_gate::pieces call_gate::finish() {
  pieces out;
  give_text(held_.size(), out);
  return out;
}

void call_gate::give_text(std::size_t count, pieces& out) {
  out.text.append(held_, 0, count);
  held_.erase(0, count);
  text_bytes_ += count;
}

} // namespace hadal::model
