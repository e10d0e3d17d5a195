#pragma once
// The sequences that wait for a slot and pages: a limited number of them, and of their prompt
// tokens. They start in the order in which they came; a preempted one goes to the front.

#include "actors/scheduler/sequence.hpp"
#include "base/result.hpp"

#include <cstdint>

namespace hadal::actors {

class admission_queue {
public:
  using iterator = sequence_list::iterator;

  admission_queue(std::uint32_t sequences_max, std::uint64_t tokens_max)
    : sequences_max_(sequences_max), tokens_max_(tokens_max) {}

  /// Whether so many further sequences may wait, with so many prompt tokens together. `free_slots`
  /// sequences start at once and do not count; a request that finds nobody waiting may have any
  /// length. Errors: queue_full.
  result<void> check(std::size_t sequences, std::uint64_t tokens, std::size_t free_slots) const;

  /// Adds a sequence behind all others. The iterator is valid until the sequence is taken.
  iterator add(sequence s);

  /// Moves a preempted sequence to the front.
  void add_first(sequence_list& running, iterator s);

  /// The sequence that may start next, or null. While the first one has tokens in flight it cannot
  /// start again, and those behind it wait too, so that none is overtaken for ever.
  sequence* next() noexcept;

  /// Moves the next sequence behind the running ones.
  void start_next(sequence_list& running);

  /// Removes a sequence.
  sequence take(iterator s);

  sequence_list& sequences() noexcept { return waiting_; }
  std::size_t size() const noexcept { return waiting_.size(); }
  std::uint64_t tokens() const noexcept { return tokens_; }

private:
  std::uint32_t sequences_max_;
  std::uint64_t tokens_max_;
  sequence_list waiting_;
  std::uint64_t tokens_ = 0; // of the prompts of `waiting_`
};

} // namespace hadal::actors
