#pragma once
// The pieces that several decoders share. For the decoders of this folder only.

#include "net/openai/chat_request.hpp"
#include "net/openai/field_reader.hpp"
#include "net/openai/generation_fields.hpp"

#include <optional>
#include <string_view>

namespace hadal::net {

/// Everything of generation_fields but max_tokens, whose names and bounds differ by endpoint.
void read_generation(field_reader& body, generation_fields& out);

/// response_format, json_schema, regex, ebnf. Part of read_generation, after ignore_eos.
void read_constraint(field_reader& body, generation_fields& out);

/// min_tokens against max_tokens, once both are known.
void check_token_bounds(decode_failure& failure, const generation_fields& fields);

/// `messages`, which must be there. Fails on an empty array.
void read_messages(field_reader& body, std::vector<chat_message>& out);

/// `tools`; null and an empty array are none.
void read_tools(field_reader& body, std::vector<tool_definition>& out);

/// Messages, tools and the template's switches.
void read_conversation(field_reader& body, conversation& out);

/// A body whose outermost value is an object; anything else is a failure with no param.
std::optional<json_object> body_object(decode_failure& failure, const json_document& document);

/// What one may ask of max_tokens: below 2^53, so that sums with lengths cannot overflow.
inline constexpr std::int64_t max_tokens_bound = (std::int64_t{1} << 53) - 1;

} // namespace hadal::net
