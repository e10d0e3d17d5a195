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
  /// For the case that the first cannot be compiled: functions that are not strict take any object.
  /// Nothing where that is no other.
  std::optional<model::constraint_source> looser;
  /// What the answer begins with where it is calls in place of what the request's other constraint
  /// says; empty: the source says what the whole answer is.
  std::string begin_in_place;
};

/// Whether an answer may be calls in place of what the request's constraint says. Never where the
/// server has no call format, for then there is no other way to write an answer than the text.
bool calls_in_place(const net::chat_request& request, const protocol::model_facts& facts);

/// Nothing where the answer's calls are free. Errors: invalid_request (param = "tool_choice" or
/// "tools"): calls are to be bound, and the model's chat format has none.
result<std::optional<tool_constraint>> tool_constraint_of(const net::chat_request& request,
                                                          const protocol::model_facts& facts);

} // namespace hadal::actors
