#include "model/chat/template/run_state.hpp"

#include "base/limits.hpp"

#include <fmt/core.h>

namespace hadal::model::templates {

run_limits::run_limits()
  : steps(limits::template_steps_max), text_bytes(limits::template_text_bytes_max),
    depth(limits::template_depth_max) {}

void run_state::fail(std::string message) {
  if (failure_)
    return;
  failure_ = std::move(message);
  failure_line_ = line_;
}

bool run_state::spend(std::size_t steps) {
  if (failure_)
    return false;
  if (steps > limits_.steps - steps_) {
    fail(fmt::format("takes more than {} steps", limits_.steps));
    return false;
  }
  steps_ += steps;
  return true;
}

bool run_state::allow_text(std::size_t bytes) {
  if (bytes > limits_.text_bytes)
    fail(fmt::format("makes a text of more than {} bytes", limits_.text_bytes));
  return !failed();
}

bool run_state::spend_text(std::size_t bytes) {
  constexpr std::size_t bytes_per_step = 16;
  return allow_text(bytes) && spend(bytes / bytes_per_step);
}

bool run_state::enter() {
  ++depth_;
  if (depth_ > limits_.depth)
    fail(fmt::format("nests more than {} evaluations", limits_.depth));
  return spend();
}

} // namespace hadal::model::templates
