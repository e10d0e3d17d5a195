#pragma once
// Answers with constrained parts: free text with tagged parts in it. Two forms are read, as JSON
// text:
//
//   {"structures": [{"begin": "<f>", "schema": {..}, "end": "</f>"}], "triggers": ["<f"]}
//   {"format": F}
//
// where F is one of
//   {"type": "const_string", "value": s}          {"type": "any_text"}
//   {"type": "json_schema", "json_schema": {..}}  {"type": "regex", "pattern": s}
//   {"type": "sequence", "elements": [F..]}       {"type": "or", "elements": [F..]}
//   {"type": "tag", "begin": s, "content": F, "end": s}
//   {"type": "triggered_tags", "triggers": [s..], "tags": [tag..], "at_least_one",
//   "stop_after_first"}
//   {"type": "tags_with_separator", "tags": [tag..], "separator": s, "at_least_one", ...}
//
// Free text continues until a trigger is complete; then one of the tags that begin with the trigger
// must follow. With `at_least_one` the answer begins with a tag; with `stop_after_first` it ends
// after one. An added token of the vocabulary in a text means that token.

#include "base/result.hpp"
#include "model/grammar/grammar_rules.hpp"
#include "model/grammar/token_vocabulary.hpp"

#include <string_view>

namespace hadal::model {

/// Adds the rules and the root. Errors: invalid_request naming the member, or the budget's; `param`
/// is empty.
result<void> add_structural_tag(grammar_rules& rules, std::string_view text,
                                const token_vocabulary& vocabulary, compile_budget& budget);

} // namespace hadal::model
