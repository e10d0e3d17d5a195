#pragma once
// How often a part of the service may die: deaths within a window of time. No clock: the caller
// passes the time.

#include <chrono>
#include <cstddef>
#include <deque>

namespace hadal::server {

class restart_budget {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds death_window{60};

  /// `most` deaths within the window are survived.
  explicit restart_budget(std::size_t most) : most_(most) {}

  /// Counts a death. False: it is one too many.
  bool spend(time_point now) {
    while (!deaths_.empty() && deaths_.front() + death_window < now)
      deaths_.pop_front();
    deaths_.push_back(now);
    return deaths_.size() <= most_;
  }

private:
  std::size_t most_;
  std::deque<time_point> deaths_;
};

} // namespace hadal::server
