#include "kernels/cpu/sampling/thinking_limiter.hpp"

#include <algorithm>

namespace hadal::kernels {

void thinking_limiter::reset(const std::optional<thinking_budget>& budget,
                             std::span<const token_id> prompt, std::span<const token_id> output) {
  *this = {};
  if (!budget)
    return;
  budget_ = *budget;
  phase_ = phase::waiting;
  // Only the tokens after the last mark of the prompt matter.
  const auto mark = std::find_if(prompt.rbegin(), prompt.rend(), [this](token_id id) {
    return id == budget_.marks.open_id || id == budget_.marks.close_id;
  });
  if (mark != prompt.rend() && *mark == budget_.marks.open_id) {
    open_thinking();
    for (auto id = mark.base(); id != prompt.end(); ++id)
      count(*id);
  }
  for (const token_id id : output)
    append(id);
}

void thinking_limiter::open_thinking() noexcept {
  phase_ = phase::thinking;
  used_ = 0;
  newline_first_ = false;
}

void thinking_limiter::count(token_id id) noexcept {
  if (used_++ == 0)
    newline_first_ = id == budget_.marks.newline_id;
}

void thinking_limiter::append(token_id id) {
  last_output_newline_ = id == budget_.marks.newline_id;
  if (phase_ == phase::thinking) {
    if (id == budget_.marks.close_id)
      phase_ = phase::closed;
    else
      count(id);
  } else if (phase_ == phase::waiting && id == budget_.marks.open_id) {
    open_thinking();
  }
}

std::optional<token_id> thinking_limiter::forced() const noexcept {
  if (phase_ != phase::thinking || used_ < budget_.tokens)
    return std::nullopt;
  if (newline_first_ && !last_output_newline_)
    return budget_.marks.newline_id;
  return budget_.marks.close_id;
}

} // namespace hadal::kernels
