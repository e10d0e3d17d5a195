#include "actors/gateway/request_metrics.hpp"

namespace hadal::actors {

std::string_view finish_label(model::finish_reason reason) noexcept {
  using model::finish_reason;
  switch (reason) {
  case finish_reason::stop: return "stop";
  case finish_reason::length: return "length";
  case finish_reason::tool_calls: return "tool_calls";
  case finish_reason::failed: return "error";
  }
  return "error";
}

bool counts_as_failed(error_code code) noexcept {
  return code != error_code::invalid_request && code != error_code::context_length_exceeded &&
         code != error_code::queue_full;
}

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) noexcept {
  return std::chrono::duration<double>(to - from).count();
}

std::uint32_t token_meter::note(std::uint32_t choice, std::uint32_t completion_tokens,
                                time_point now, net::metrics& metrics) {
  auto& progress = choices_[choice];
  const auto count = completion_tokens - progress.completed;
  if (count == 0)
    return 0;
  if (progress.completed == 0)
    metrics.observe_time_to_first_token(seconds_between(arrived_, now));
  else
    metrics.observe_inter_token_latency(seconds_between(progress.last, now) / count);
  metrics.add_generation_tokens(count);
  progress.last = now;
  progress.completed = completion_tokens;
  return count;
}

} // namespace hadal::actors
