#pragma once
// Holds tokens with a delay (of an executor that plays a script) until they are due: each
// `delay_us` after the one before it in its sequence, the first after it was sampled. No clock: the
// caller passes the time and asks again at `next_due`.

#include "base/ids.hpp"
#include "model/execution/step_executor.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hadal::actors {

class token_pacer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  struct due_token {
    sequence_id sequence{};
    model::sampled_token token;
  };

  /// Keeps the token if it is not due or an earlier one of its sequence is held; else false.
  bool hold(sequence_id sequence, const model::sampled_token& token, time_point now);

  /// The time of the next due token; empty if none is held.
  std::optional<time_point> next_due() const;

  /// Returns the due tokens, in order of time.
  std::vector<due_token> take_due(time_point now);

  void clear();

private:
  std::map<std::pair<time_point, std::uint64_t>, due_token> held_; // by due time, then by arrival
  std::unordered_map<sequence_id, time_point> last_due_;           // of sequences with a held token
  std::uint64_t arrivals_ = 0;
};

} // namespace hadal::actors
