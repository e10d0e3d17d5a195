#pragma once
// Regular expressions to automata over UTF-8. The dialect is the part of ECMA-262 that is regular
// and means the same in Python: literals, classes, '.', \d \w \s and their opposites, \p{..}
// (Unicode categories), groups, alternation, * + ? {m,n} (a lazy '?' changes no language), '^' and
// '$'. Where the two differ, only characters that both match are taken: \d, \w and \s are ASCII,
// and their opposites exclude what either dialect counts as digit, word character or white space;
// '.' is no line terminator; '$' is the very end. Look-ahead is supported directly after a '^' that
// begins the pattern. Refused by name: back references, other look-around, \b, flags, possessive
// and atomic groups.

#include "base/result.hpp"
#include "model/grammar/finite_automaton.hpp"

#include <cstdint>
#include <string_view>

namespace hadal::model {

enum class regex_extent : std::uint8_t {
  whole, // the expression describes all of the text
  search // the text contains a match, as `pattern` of JSON schema means it
};

/// Errors: invalid_request naming the construct and its byte offset, or the budget's; `param` is
/// empty.
result<dfa> compile_regex(std::string_view pattern, regex_extent extent, compile_budget& budget);

/// All code points that may occur in text.
const code_point_set& every_code_point();

/// Code points that are in `a` or in `b`.
code_point_set united(const code_point_set& a, const code_point_set& b);

} // namespace hadal::model
