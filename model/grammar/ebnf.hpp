#pragma once
// Grammars written by hand, in the EBNF of the grammar engines of other servers.
//
//   root ::= greeting " " name+        # the rule `root` describes the whole answer
//   greeting ::= "hello" | "hi"
//   name ::= [A-Z] [a-z]{1,20}
//
// Texts in double quotes and classes in brackets may have the escapes \n \r \t \\ \" \' \[ \] \- \^
// \xHH \uHHHH \UHHHHHHHH; there are groups ( ), alternatives |, repetitions * + ? {n} {m,} {m,n},
// the empty text "", and '.' for any character. A rule continues over line breaks until the next
// `name ::=`. `#` begins a comment. Rules may be recursive, but not left recursive. Look-ahead is
// refused.

#include "base/result.hpp"
#include "model/grammar/grammar_rules.hpp"

#include <string_view>

namespace hadal::model {

/// Adds the rules and makes `root` the root. Errors: invalid_request naming the line, or the
/// budget's; `param` is empty.
result<void> add_ebnf(grammar_rules& rules, std::string_view text, compile_budget& budget);

} // namespace hadal::model
