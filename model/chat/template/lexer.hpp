#pragma once
// Splits a template's source into tokens, with the white space rules of Hugging Face: trim_blocks
// removes the line break after a block or comment, lstrip_blocks the blanks before one that begins
// its line; '-' inside a tag removes all white space on that side, '+' keeps it.

#include "base/result.hpp"
#include "model/chat/template/token.hpp"

#include <string_view>
#include <vector>

namespace hadal::model::templates {

/// `source` must be UTF-8. The last token is `end`. Errors: invalid_request, the message begins
/// with "line N: ".
result<std::vector<token>> tokenize(std::string_view source);

} // namespace hadal::model::templates
