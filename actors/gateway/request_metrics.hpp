#pragma once
// What requests add to the metrics of the process. No clock: the caller passes the time.

#include "base/error.hpp"
#include "model/chat/output/output_delta.hpp"
#include "net/admin/metrics.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hadal::actors {

/// The ends of a choice that `hadal_requests_total` counts.
inline constexpr std::array<std::string_view, 4> finish_labels = {"stop", "length", "tool_calls",
                                                                  "error"};

/// The label of this end; one of finish_labels.
std::string_view finish_label(model::finish_reason reason) noexcept;

/// True for failures that are the server's: the client's own and refusals by load are not counted
/// as ended requests.
bool counts_as_failed(error_code code) noexcept;

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) noexcept;

/// The times of one request's tokens.
class token_meter {
public:
  using time_point = std::chrono::steady_clock::time_point;

  token_meter(std::size_t choices, time_point arrived) : choices_(choices), arrived_(arrived) {}

  /// A choice has `completion_tokens` so far. Returns how many of them are new.
  std::uint32_t note(std::uint32_t choice, std::uint32_t completion_tokens, time_point now,
                     net::metrics& metrics);

private:
  struct progress {
    std::uint32_t completed = 0;
    time_point last{};
  };

  std::vector<progress> choices_;
  time_point arrived_;
};

} // namespace hadal::actors
