#pragma once
// The arguments of past calls in prompts. Missing arguments (an empty string, blanks, null) are
// "{}". For the sources of this folder only.

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/chat/json_value.hpp"

#include <cstddef>
#include <string>

namespace hadal::model::formats {

/// As text: a string unchanged, an object in the spelling of Python. Errors, here and below:
/// invalid_request naming "messages[i].tool_calls[j].function.arguments".
result<std::string> arguments_text(const chat_conversation& c, std::size_t message,
                                   std::size_t call);

/// One by one. Errors: no JSON, or no object.
result<json_value> arguments_object(const chat_conversation& c, std::size_t message,
                                    std::size_t call);

} // namespace hadal::model::formats
