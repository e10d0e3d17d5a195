#pragma once
// JSON numbers between two bounds as an automaton: exact, digit by digit, without rounding, for
// bounds of any length. Numbers have no exponent, no leading zeros, and a limited number of digits
// before and after the point. -0 is a spelling of 0. The automaton has a few states for each
// digit.

#include "base/result.hpp"
#include "model/grammar/finite_automaton.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hadal::model {

/// A decimal number: value = (negative ? -1 : 1) * whole.fraction
struct decimal {
  bool negative = false;
  std::string whole = "0"; // no leading zeros, except "0" itself
  std::string fraction;    // no trailing zeros

  bool is_integer() const noexcept { return fraction.empty(); }
  bool is_zero() const noexcept { return whole == "0" && fraction.empty(); }
};

/// Reads a JSON number of any spelling; nothing for more than a thousand digits.
std::optional<decimal> parse_decimal(std::string_view text);

/// -1, 0 or 1.
int compare(const decimal& a, const decimal& b) noexcept;

struct decimal_bound {
  decimal value;
  bool excluded = false;
};

struct decimal_span {
  std::optional<decimal_bound> lowest;
  std::optional<decimal_bound> highest;
  std::size_t whole_digits_max = 1;
  std::size_t fraction_digits_max = 0; // 0: integers only
  // Before and after the point together, unless a bound has more; integers may be longer.
  std::size_t digits_max = 15;
};

/// Errors: the budget's. An empty span is an empty automaton.
result<dfa> decimals_between(const decimal_span& span, compile_budget& budget);

/// Multiples of `divisor` (1 to limits::grammar_multiple_of_max). Errors: the budget's.
result<dfa> multiples_of(std::uint32_t divisor, compile_budget& budget);

} // namespace hadal::model
