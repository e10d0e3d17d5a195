#pragma once
// JSON schema (2020-12) to rules. Every text that the rules match is valid under the schema; not
// every valid spelling is matched: members are in the order of `properties`, others after them;
// numbers under bounds have no exponent; blanks are few (json_text.hpp). A keyword that cannot be
// honoured is an error that names it and its place. docs/API.md lists the supported and the refused
// keywords.

#include "base/result.hpp"
#include "model/chat/json_value.hpp"
#include "model/grammar/json_text.hpp"

namespace hadal::model {

/// The rule of all values that `schema` admits. The schema is not needed afterwards.
/// Errors: invalid_request naming keyword and path ("`not` at #/properties/a ..."), or the
/// budget's; `param` is empty.
result<rule_id> add_json_schema(json_text& json, json_value schema);

} // namespace hadal::model
