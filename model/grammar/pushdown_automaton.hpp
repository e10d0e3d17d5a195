#pragma once
// A grammar in executable form: every rule is a deterministic automaton over bytes, exact tokens,
// calls of rules and counted repetitions, all in one array of states. Immutable once compiled.
//
// Invariants that the runner relies on: every state reaches the end of its rule; no rule calls
// itself before a byte, so that a closure without bytes is finite; the body of a counted repetition
// is never empty and its bounds are 1 <= least <= most, where `most` may be `unbounded`; that of a
// counted text has bytes only.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "model/grammar/compile_budget.hpp"
#include "model/grammar/grammar_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hadal::model {

struct pushdown_automaton {
  struct call_edge {
    state_id start = 0;     // of the called rule
    state_id back = 0;      // where to continue afterwards
    bool has_names = false; // the rule has object members whose free names must differ
  };
  struct repeat_edge {
    std::uint32_t repeat = 0;
    state_id back = 0;
  };
  struct token_edge {
    token_id id = 0;
    state_id to = 0;
  };
  struct state {
    static constexpr std::uint32_t not_counted = UINT32_MAX;
    static constexpr std::uint32_t endless = UINT32_MAX;

    bool in_name() const noexcept { return names_left != 0; }

    std::vector<byte_edge> bytes;
    std::vector<call_edge> calls;
    std::vector<repeat_edge> repeats;
    std::vector<token_edge> tokens;
    bool accepts = false; // its rule may end here
    // Where a byte that leads here is counted: how many more the shortest way to the end counts.
    std::uint32_t needed = not_counted;
    // Within a free name: how many names can be made from here; `endless` for too many to be used
    // up.
    std::uint32_t names_left = 0;
    bool ends_name = false;

    /// Only the end of the rule follows, so no frame is needed to return to it.
    bool is_end() const noexcept {
      return accepts && bytes.empty() && calls.empty() && repeats.empty() && tokens.empty();
    }
  };
  struct repetition {
    static constexpr std::uint32_t unbounded = grammar_rules::unbounded;

    state_id start = 0; // of the body
    std::uint32_t least = 1;
    std::uint32_t most = 1;
    // A counted text is no repetition but uses its frame: the body is read once, and the count is
    // that of its counted bytes.
    bool is_text = false;
    std::uint32_t needed_max = 0; // of its states
  };

  std::vector<state> states;
  std::vector<repetition> repetitions;
  state_id start = 0;
  bool start_has_names = false; // as in call_edge
  bool has_names = false;       // any rule
  bool has_few_names = false;   // of which so few can be made that they may be used up

  /// The state after a byte, empty if it does not fit.
  std::optional<state_id> next(state_id from, std::uint8_t byte) const noexcept;

  /// The widest range around `byte` with the same effect: an edge, or a gap between edges (then
  /// without a valid `to`).
  byte_edge alike(state_id from, std::uint8_t byte) const noexcept;

  /// Approximate size in memory.
  std::size_t memory_bytes() const noexcept;
};

/// Errors: invalid_request for a rule that is not defined, left recursive or (the root) matches
/// nothing, a repetition of something that may be empty, too many states; the budget's. `param` is
/// empty.
result<pushdown_automaton> compile_rules(const grammar_rules& rules, compile_budget& budget);

} // namespace hadal::model
