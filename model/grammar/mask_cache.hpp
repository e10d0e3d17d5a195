#pragma once
// Computes the tokens that fit next for every thread of a run; this must be fast. A vocabulary has
// a hundred thousand tokens and the number of stacks is unbounded, but the effect of a token mostly
// depends on the state on top of the stack. For a state the cache stores the tokens that fit with
// any stack below, and the few that go beyond the end of the state's rule: those are decided
// together with the frame below, whose entry is stored under the state's, and so on down the stack.
// A mask is then a handful of look-ups and unions. An entry is made at its first use by walking the
// tree of the vocabulary with a run whose stack ends in the unknown (token_walk.hpp).
//
// Counted repetitions: a count is part of a frame's identity only where it can matter to one token,
// that is within the longest token's bytes of a bound. All counts of a simple repetition, such as
// one of characters, share one walk (counted_walk.hpp).
//
// A mask does not depend on the free names of an object: name_filter.hpp removes tokens that would
// repeat one.
//
// Memory is bounded by limits::grammar_mask_cache_bytes_max (beyond it the cache is cleared), the
// work for one mask by limits::grammar_mask_steps_max. Not thread-safe.

#include "base/result.hpp"
#include "kernels/ops/token_mask.hpp"
#include "model/grammar/config_graph.hpp"
#include "model/grammar/counted_walk.hpp"
#include "model/grammar/pushdown_run.hpp"
#include "model/grammar/token_vocabulary.hpp"
#include "model/grammar/token_walk.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace hadal::model {

class mask_cache {
public:
  mask_cache(const pushdown_automaton& automaton, const token_vocabulary& vocabulary);

  /// Adds to `mask` every token that some thread of `set` can take if free names may
  /// repeat; `run` holds their stacks. Errors: invalid_request, if the mask costs more than
  /// allowed.
  result<void> add_to(kernels::token_mask& mask, const pushdown_run& run, const thread_set& set);

  std::size_t memory_bytes() const noexcept { return memory_bytes_ + graph_.memory_bytes(); }

private:
  using entry_id = std::uint32_t;
  using config_id = config_graph::config_id;
  static constexpr entry_id no_entry = UINT32_MAX;

  struct entry {
    std::vector<token_id> few;       // tokens that fit, while they are few,
    std::vector<std::uint64_t> many; // or as a mask
    std::vector<open_branch> open;
    std::unordered_map<std::uint64_t, entry_id> below; // by the frame below
  };
  /// The start of a walk: a state, and the known frames below it, the top first. A repetition is
  /// known together with the frame below it, because near its bound most tokens leave it.
  struct root {
    state_id state = 0;
    std::array<stack_frame, 2> frames; // `below` is left 0
    std::size_t frame_count = 0;
    bool operator==(const root&) const = default;
  };
  struct root_hash {
    std::size_t operator()(const root& r) const noexcept;
  };

  static std::uint64_t key_of(const stack_frame& frame) noexcept {
    return std::uint64_t{frame.target} << 32 | frame.count;
  }
  stack_frame classified(stack_frame frame) const noexcept;
  result<entry_id> root_entry(const root& where);
  result<entry_id> entry_below(entry_id above, const stack_frame& frame);
  /// no_entry if the counts of `where` cannot be treated together.
  result<entry_id> counted_entry(const root& where);
  entry_id store(token_harvest found, bool in_order);
  entry_id keep(entry e);
  void forget();

  const pushdown_automaton& automaton_;
  const token_vocabulary& vocabulary_;
  config_graph graph_;
  token_walk walk_;
  counted_walk counted_walk_;
  std::vector<entry> entries_;
  std::unordered_map<root, entry_id, root_hash> roots_;
  // By root without its count; null if counts cannot be treated together.
  std::unordered_map<root, std::unique_ptr<counted_harvest>, root_hash> counted_;
  std::size_t memory_bytes_ = 0; // of entries and results of counted walks
};

} // namespace hadal::model
