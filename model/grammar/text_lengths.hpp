#pragma once
// The number of characters in the texts of an automaton, and automata of texts with a length in
// given bounds. Characters are code points: the automaton must read UTF-8, byte by byte, and have
// no symbols. Bounds that the automaton satisfies already cost nothing.

#include "base/result.hpp"
#include "model/grammar/compile_budget.hpp"
#include "model/grammar/finite_automaton.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace hadal::model {

struct text_lengths {
  std::uint32_t shortest = 0;
  std::optional<std::uint32_t> longest; // empty: there is no longest text
};

/// For an automaton that is not empty. Errors: the budget's.
result<text_lengths> lengths_of(const dfa& texts, compile_budget& budget);

/// By state, the number of states with character_mark on the shortest path to an end. Errors: the
/// budget's.
result<std::vector<std::uint32_t>> marks_to_end(const dfa& texts, compile_budget& budget);

/// The texts of `texts` with `least` to `most` characters (no `most`: no upper bound). Has up to
/// (the larger bound + 1) times as many states. Errors: invalid_request (too many states), or the
/// budget's.
result<dfa> texts_of_length(const dfa& texts, std::uint32_t least,
                            std::optional<std::uint32_t> most, compile_budget& budget);

/// The number of texts; UINT32_MAX if it is infinite or more than any answer holds. Errors: the
/// budget's.
result<std::uint32_t> texts_in(const dfa& texts, compile_budget& budget);

/// By state, how many ways lead from it out of the states with name_mark, counted in the same way;
/// 0 for a state without that mark. Errors: the budget's.
result<std::vector<std::uint32_t>> names_left(const dfa& texts, compile_budget& budget);

} // namespace hadal::model
