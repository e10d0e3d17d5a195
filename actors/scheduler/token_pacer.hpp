#pragma once
// Tokens that come with a delay (an executor that plays a script), held until their time: each is
// due `delay_us` after the one before it in its sequence, the first one after it was sampled.
// Without a clock: the caller says what time it is and asks again at `next_due`.

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

  /// Keeps the token when it is not due yet or one of its sequence waits before it; else false.
  bool hold(sequence_id sequence, const model::sampled_token& token, time_point now);

  /// When the next token is due; nothing when none is held.
  std::optional<time_point> next_due() const;

  /// Gives what is due by now, in the order of its time.
  std::vector<due_token> take_due(time_point now);

  void clear();

private:
  std::map<std::pair<time_point, std::uint64_t>, due_token> held_; // by due time, then by arrival
  std::unordered_map<sequence_id, time_point> last_due_;           // of sequences with a held token
  std::uint64_t arrivals_ = 0;
};

} // namespace hadal::actors
