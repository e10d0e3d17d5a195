#pragma once
// Which tokens fit next, for every thread of a run: the part that must be fast. A vocabulary has a
// hundred thousand tokens, and there are endlessly many stacks; but what a token does is mostly
// decided by the state on top of the stack. So the cache keeps, for a state, the tokens that fit
// whatever lies below, and those (few) that run past the end of the state's rule: they are decided
// together with the frame below, whose verdict is kept under the state's, and so on down. A mask is
// then a handful of look-ups and unions. An entry is made at its first use by walking the tree of
// the vocabulary with a run whose stack ends in the unknown.
//
// Counted repetitions: a count is part of a frame's identity only as far as it can matter to one
// token, that is, within the longest token's bytes of a bound.
//
// Memory is bounded by limits::grammar_mask_cache_bytes_max (over it everything is forgotten and
// made again), the work for one mask by limits::grammar_mask_steps_max. Not thread-safe.

#include "base/result.hpp"
#include "model/grammar/pushdown_run.hpp"
#include "model/grammar/token_vocabulary.hpp"
#include "model/sampling/token_mask.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace hadal::model {

class mask_cache {
public:
  mask_cache(const pushdown_automaton& automaton, const token_vocabulary& vocabulary);

  /// Adds to `mask` every token that some thread of `set` can take; `run` holds their stacks.
  /// Errors: invalid_request, when the mask costs more than is allowed.
  result<void> add_to(token_mask& mask, const pushdown_run& run, const thread_set& set);

  std::size_t memory_bytes() const noexcept { return memory_bytes_; }
  std::size_t entry_count() const noexcept { return entries_.size(); }

private:
  using entry_id = std::uint32_t;
  using config_id = std::uint32_t;

  /// A token (by position in the vocabulary) that left its rule after `offset` bytes.
  struct open_token {
    std::uint32_t position = 0;
    std::uint32_t offset = 0;
  };
  struct entry {
    std::vector<token_id> few;                         // tokens that fit, while they are few,
    std::vector<std::uint64_t> many;                   // or as a mask
    std::vector<open_token> open;                      // by position
    std::unordered_map<std::uint64_t, entry_id> below; // by the frame below
  };
  /// A thread set of local_ with its transitions.
  struct config {
    thread_set set;
    std::array<config_id, 256> next{};
  };
  struct set_hash {
    std::size_t operator()(const thread_set& s) const noexcept;
  };
  /// Collects an entry's tokens.
  struct harvest {
    std::vector<std::uint32_t> fitting; // positions
    std::vector<open_token> open;
  };

  static std::uint64_t key_of(const stack_frame& frame) noexcept {
    return std::uint64_t{frame.target} << 32 | frame.count;
  }
  stack_frame classified(stack_frame frame) const noexcept;
  result<entry_id> root_entry(state_id state, const stack_frame* repetition);
  result<entry_id> entry_below(entry_id above, const stack_frame& frame);
  result<void> walk(config_id start, harvest& found);
  result<void> resume(const std::vector<open_token>& open, config_id start, harvest& found);
  result<config_id> next(config_id from, std::uint8_t byte);
  config_id intern(thread_set set);
  entry_id store(harvest found);
  result<void> spend(std::uint64_t steps);
  void forget();

  const pushdown_automaton& automaton_;
  const token_vocabulary& vocabulary_;
  pushdown_run local_;
  std::vector<config> configs_; // [0] stands for "not known yet", [1] is dead
  std::unordered_map<thread_set, config_id, set_hash> config_ids_;
  std::vector<entry> entries_;
  std::unordered_map<std::uint64_t, std::unordered_map<std::uint64_t, entry_id>> roots_;
  std::size_t memory_bytes_ = 0;
  std::uint64_t steps_left_ = 0;
};

} // namespace hadal::model
