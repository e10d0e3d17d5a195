#pragma once
// A conversation as the names that a chat template reads. For the sources of this folder only.

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/chat/json_value.hpp"
#include "model/chat/template/jinja_template.hpp"

namespace hadal::model {

/// The form in which a template takes the arguments of past calls.
enum class arguments_form : std::uint8_t {
  text,   // as the string that the client sent
  object, // parsed
};

/// JSON of a request: every string in it, keys included, is plain text.
templates::value template_value(templates::run_state& state, const json_value& json);

/// `messages`. Roles and names of members are the server's own text, so control; all else is plain.
/// Errors: invalid_request naming the field, for arguments that are no JSON object if `form` is
/// object.
result<templates::value> template_messages(const chat_conversation& c, arguments_form form);

/// `tools`: a list, or none without tools. Errors: invalid_request naming the tool.
result<templates::value> template_tools(const chat_conversation& c);

/// The names of `chat_template_kwargs`, with JSON scalars, plus `thinking` and `enable_thinking` if
/// the conversation sets them and they are not among the names. Errors: invalid_request naming the
/// member, for names that the server sets and for lists and objects.
result<templates::template_names> template_arguments(const chat_conversation& c);

} // namespace hadal::model
