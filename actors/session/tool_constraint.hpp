#pragma once
// Which calls a chat request binds its answer to, as a structural tag in the words of the model's
// own call format: forced calls (`tool_choice` required or named) are the whole of the answer;
// with `strict` functions and a free choice, text stays free and calls are bound. Arguments follow
// a function's `parameters` where it is strict or calls are forced, and are any JSON object
// otherwise; those of a function that declares no parameters are `{}`. Pure.

#include "actors/protocol/service.hpp"
#include "model/grammar/compile_constraint.hpp"
#include "net/openai/chat_request.hpp"

#include <optional>

namespace hadal::actors {

struct tool_constraint {
  model::constraint_source source;
  /// For the case that the first cannot be compiled: functions that are not strict take any object.
  /// Nothing where that is no other.
  std::optional<model::constraint_source> looser;
};

/// Nothing where the answer's calls are free. Errors: invalid_request (param = "tool_choice" or
/// "tools"): calls are forced beside another constraint, or the model's chat format has none.
result<std::optional<tool_constraint>> tool_constraint_of(const net::chat_request& request,
                                                          const protocol::model_facts& facts);

} // namespace hadal::actors
