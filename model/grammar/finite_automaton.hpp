#pragma once
// Finite automata over bytes. Compilers write an `nfa`: states with edges over byte ranges, free
// edges (some only at the beginning or the end of the text), and edges over symbols, which are
// numbers whose meaning (calls of rules, exact tokens, counted repetitions) is not known here. All
// else reads a `dfa`: at most one edge per byte, ranges ascending, every state reaches acceptance.
// State 0 of a dfa is its start; a dfa without states matches nothing. Sizes are bounded by
// limits::grammar_states_max and by the budget.

#include "base/result.hpp"
#include "model/grammar/compile_budget.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace hadal::model {

using state_id = std::uint32_t;

struct byte_edge {
  std::uint8_t lowest = 0;
  std::uint8_t highest = 0; // included
  state_id to = 0;
  bool operator==(const byte_edge&) const = default;
};

struct symbol_edge {
  std::uint32_t symbol = 0;
  state_id to = 0;
  bool operator==(const symbol_edge&) const = default;
};

/// When a free edge may be taken.
enum class free_condition : std::uint8_t { always, at_begin, at_end };

struct free_edge {
  free_condition when = free_condition::always;
  state_id to = 0;
};

/// Marks of a state for the runner, beside its edges. A state of the deterministic automaton has
/// the marks of all states that it represents.
enum state_mark : std::uint8_t {
  no_mark = 0,
  character_mark = 1, // a character of a counted text has been read
  name_mark = 2,      // inside a free name, between its quotes
  name_end_mark = 4   // after one
};

struct nfa {
  struct state {
    std::vector<byte_edge> bytes;
    std::vector<symbol_edge> symbols;
    std::vector<free_edge> free;
    std::uint8_t marks = no_mark;
  };

  std::vector<state> states;
  state_id start = 0;
  state_id accept = 0;

  state_id add_state() {
    states.emplace_back();
    return static_cast<state_id>(states.size() - 1);
  }
  void connect(state_id from, state_id to, free_condition when = free_condition::always) {
    states[from].free.push_back({when, to});
  }
  /// A chain of edges over the bytes of `text`.
  void connect_bytes(state_id from, state_id to, std::string_view text);
  /// The UTF-8 of every code point of `set`.
  void connect_code_points(state_id from, state_id to, const code_point_set& set);
};

struct dfa {
  struct state {
    std::vector<byte_edge> bytes;     // ascending, disjoint
    std::vector<symbol_edge> symbols; // ascending by symbol, one per symbol
    bool accepts = false;
    std::uint8_t marks = no_mark;
  };
  std::vector<state> states;

  bool empty() const noexcept { return states.empty(); }
  /// True if the whole of `text` is matched. Symbols are never taken.
  bool matches(std::string_view text) const noexcept;
};

/// Errors: invalid_request, if an automaton under construction is too large.
result<void> check_size(const nfa& source);

/// The deterministic automaton of the same language.
/// Errors: invalid_request (too many states), or the budget's.
result<dfa> determinize(const nfa& source, compile_budget& budget);

/// The texts that both match; the texts that `a` matches and `b` does not. Neither may have
/// symbols. Marks are not kept. Errors as determinize.
result<dfa> intersection(const dfa& a, const dfa& b, compile_budget& budget);
result<dfa> difference(const dfa& a, const dfa& b, compile_budget& budget);

/// Removes states from which no end can be reached; all states if the start is one. Keeps the order
/// of the others.
void drop_dead_ends(dfa& a);

/// Copies `part` into `whole` between two states of `whole`.
void embed(nfa& whole, state_id from, state_id to, const dfa& part);

} // namespace hadal::model
