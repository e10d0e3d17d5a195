#pragma once
// How many characters the texts of an automaton have, and automata of texts that are neither too
// short nor too long. Characters are code points: the automaton must read UTF-8, byte by byte, and
// have no symbols. A length that the automaton keeps by itself costs nothing here.

#include "base/result.hpp"
#include "model/grammar/compile_budget.hpp"
#include "model/grammar/finite_automaton.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace hadal::model {

struct text_lengths {
  std::uint32_t shortest = 0;
  std::optional<std::uint32_t> longest; // nothing: there is no longest text
};

/// Of an automaton that is not empty. Errors: the budget's.
result<text_lengths> lengths_of(const dfa& texts, compile_budget& budget);

/// By state, how many more states with character_mark the shortest way to an end goes through.
/// Errors: the budget's.
result<std::vector<std::uint32_t>> marks_to_end(const dfa& texts, compile_budget& budget);

/// Those of `texts` that have `least` to `most` characters (no `most`: any number from there on).
/// Has up to (the larger bound + 1) times as many states. Errors: invalid_request (too many
/// states), or the budget's.
result<dfa> texts_of_length(const dfa& texts, std::uint32_t least,
                            std::optional<std::uint32_t> most, compile_budget& budget);

/// How many texts there are: UINT32_MAX where there is no end of them, or more than any answer
/// holds. Errors: the budget's.
result<std::uint32_t> texts_in(const dfa& texts, compile_budget& budget);

/// By state, how many ways lead from it out of the states with name_mark, counted in the same way;
/// 0 for a state without that mark. Errors: the budget's.
result<std::vector<std::uint32_t>> names_left(const dfa& texts, compile_budget& budget);

/// True for bytes with which no character begins.
constexpr bool continues_character(std::uint8_t byte) noexcept {
  return (byte & 0xC0) == 0x80;
}

} // namespace hadal::model
