#pragma once
// Finds counted repetitions that an automaton has in expanded form: the pattern [a-z]{1,40}, or a
// class bounded by maxLength, is a chain of forty states. As a repetition it is one state with a
// count, and the masks of all counts cost one walk (counted_walk.hpp).
//
// A chain: states of which each leads to the next over the same characters, and, from the first one
// that has another way out, has the same other ways out as the last. Chains for which such a walk
// is impossible are left unchanged.

#include "base/result.hpp"
#include "model/grammar/compile_budget.hpp"
#include "model/grammar/finite_automaton.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hadal::model {

struct folded_repetitions {
  static constexpr std::uint32_t unbounded = UINT32_MAX; // as in grammar_rules

  struct repetition {
    std::size_t body = 0; // of `bodies`
    std::uint32_t least = 1;
    std::uint32_t most = 1;
  };
  std::vector<dfa> bodies; // bytes only, never empty
  std::vector<repetition> repetitions;
};

/// Replaces chains in `machine` by symbol edges: `first_symbol` is the symbol of the first
/// returned repetition, the next number that of the next. The language stays the same. Errors: the
/// budget's.
result<folded_repetitions> fold_repetitions(dfa& machine, std::uint32_t first_symbol,
                                            compile_budget& budget);

} // namespace hadal::model
