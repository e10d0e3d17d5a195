#pragma once
// Which calls a chat request binds its answer to, as a structural tag in the words of the model's
// own call format. Forced calls (`tool_choice` required or named) are the whole of the answer, and
// another constraint beside them has no effect. With a free choice beside another constraint the
// answer is calls or what that constraint says; with `strict` functions and a free choice alone,
// text stays free and calls are bound. Arguments follow a function's `parameters` where it is
// strict or calls are all of an answer, and are any JSON object otherwise; those of a function that
// declares no parameters are `{}`. Pure.

#include "actors/protocol/service.hpp"
#include "model/grammar/compile_constraint.hpp"
#include "net/openai/chat_request.hpp"

#include <optional>
#include <string>

namespace hadal::actors {

struct tool_constraint {
  model::constraint_source source;
  /// In case the first cannot be compiled: functions that are not strict take any object. Empty if
  /// that is the same.
  std::optional<model::constraint_source> looser;
  /// The begin of an answer of calls that replaces the request's other constraint; empty: the
  /// source describes the whole answer.
  std::string begin_in_place;
};

/// True if an answer may be calls instead of satisfying the request's constraint. Never if the
/// server has no call format.
bool calls_in_place(const net::chat_request& request, const protocol::model_facts& facts);

/// Empty if the answer's calls are unconstrained. Errors: invalid_request (param = "tool_choice" or
/// "tools"): calls must be constrained, but the model's chat format has none.
result<std::optional<tool_constraint>> tool_constraint_of(const net::chat_request& request,
                                                          const protocol::model_facts& facts);

} // namespace hadal::actors
