#pragma once
// Which calls a chat request binds its answer to, as a structural tag in the words of the model's
// own call format: forced calls (`tool_choice` required or named) are the whole of the answer;
// with `strict` functions and a free choice, text stays free and calls are bound. Arguments follow
// a function's `parameters` where it is strict, and are any JSON object otherwise. Pure.

#include "actors/protocol/service.hpp"
#include "model/grammar/compile_constraint.hpp"
#include "net/openai/chat_request.hpp"

#include <optional>

namespace hadal::actors {

/// Nothing where the answer's calls are free. Errors: invalid_request (param = "tool_choice" or
/// "tools"): calls are forced beside another constraint, or the model's chat format has none.
result<std::optional<model::constraint_source>>
tool_constraint_of(const net::chat_request& request, const protocol::model_facts& facts);

} // namespace hadal::actors
