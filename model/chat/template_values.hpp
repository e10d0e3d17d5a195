#pragma once
// A conversation as the names that a chat template reads. For the sources of this folder only.

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/chat/json_value.hpp"
#include "model/chat/template/jinja_template.hpp"

namespace hadal::model {

/// How a template wants the arguments of past calls.
enum class arguments_form : std::uint8_t {
  text,   // as the string that the client sent
  object, // parsed
};

/// JSON of a request: every string in it, keys included, is plain text.
templates::value template_value(templates::run_state& state, const json_value& json);

/// `messages`. Roles and the names of members are the server's own words, so control text; all else
/// is plain. Errors: invalid_request naming the field, for arguments that are no JSON object where
/// `form` wants one.
result<templates::value> template_messages(const chat_conversation& c, arguments_form form);

/// `tools`: a list, or none without tools. Errors: invalid_request naming the tool.
result<templates::value> template_tools(const chat_conversation& c);

/// What `chat_template_kwargs` gives: names with JSON scalars, and `thinking` and `enable_thinking`
/// where the conversation says so and they are not among them. Errors: invalid_request naming the
/// member, for names that the server gives itself and for lists and objects.
result<templates::template_names> template_arguments(const chat_conversation& c);

} // namespace hadal::model
