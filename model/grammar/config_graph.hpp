#pragma once
// The thread sets of mask computations, as a graph built on demand: a set is a number, and the step
// from it over a byte is computed once, then looked up. The stacks of these sets end in the unknown
// (pushdown_run.hpp). Besides bytes the graph answers for families of texts: from most sets inside
// a string every usual character leads to the same next set, so texts of such characters need no
// walk. Free names may repeat here (name_filter.hpp).
//
// Steps are counted against the number set by `allow`; exceeding it is an error: invalid_request.

#include "base/result.hpp"
#include "model/grammar/character_set.hpp"
#include "model/grammar/pushdown_run.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace hadal::model {

class config_graph {
public:
  using config_id = std::uint32_t;
  static constexpr config_id dead = 1; // the empty set

  explicit config_graph(const pushdown_automaton& automaton);

  void allow(std::uint64_t steps) noexcept { steps_left_ = steps; }
  result<void> spend(std::uint64_t steps);

  /// The set of a run that begins in `state`, with these frames below it, the lowest first.
  config_id start(state_id state, std::span<const stack_frame> frames);
  /// The set of a run that returns to `frame`.
  result<config_id> returned(stack_frame frame);

  const thread_set& set(config_id config) const { return configs_[config].set; }
  result<config_id> next(config_id from, std::uint8_t byte) {
    if (const auto known = configs_[from].next[byte]; known != unknown)
      return known;
    return explore(from, byte);
  }
  /// Characters that lead to the same set, namely the one that most bytes below 128 lead to.
  struct usual_step {
    character_set characters;
    config_id to = 0; // `dead` if there are none
  };
  result<usual_step> usual(config_id from);
  /// True only if every text of the family can be read from `from` through live sets.
  result<bool> reads_all(config_id from, const text_family& texts);

  std::size_t memory_bytes() const noexcept { return memory_bytes_; }
  void forget();

private:
  static constexpr config_id unknown = 0;

  struct config {
    thread_set set;
    std::array<config_id, 256> next{};
  };
  struct set_hash {
    std::size_t operator()(const thread_set& s) const noexcept;
  };

  config_id intern(thread_set set);
  result<config_id> explore(config_id from, std::uint8_t byte);
  result<void> find_usual(config_id from);
  result<bool> all_lead(config_id from, std::uint8_t lowest, std::uint8_t highest, int more,
                        config_id to);

  const pushdown_automaton& automaton_;
  pushdown_run run_;
  std::vector<config> configs_;   // [unknown] is none
  std::vector<usual_step> usual_; // by set; separate, because chains of sets are followed
  std::unordered_map<thread_set, config_id, set_hash> ids_;
  std::size_t memory_bytes_ = 0;
  std::uint64_t steps_left_ = 0;
};

} // namespace hadal::model
