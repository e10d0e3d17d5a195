#pragma once
// Functions that several decoders share. For decoders of request bodies only.

#include "net/openai/chat_request.hpp"
#include "net/openai/field_reader.hpp"
#include "net/openai/generation_fields.hpp"

#include <new>
#include <optional>
#include <string_view>

namespace hadal::net {

/// Fields with the same name in every endpoint: sampling, `n`, and stops.
void read_sampling(field_reader& fields, generation_fields& out, double temperature_max);

/// All of generation_fields except max_tokens, whose names and bounds differ by endpoint.
void read_generation(field_reader& body, generation_fields& out);

/// response_format, which chat and completions have.
void read_response_format(field_reader& body, generation_fields& out);

/// The same under the names of other servers: structured_outputs and the older guided_*, and
/// grammar. After response_format, before read_constraint.
void read_constraint_aliases(field_reader& body, generation_fields& out);

/// json_schema, regex, ebnf, structural_tag, after ignore_eos and response_format. Fails on two of
/// them, and on stop_regex, which is not supported and must not be ignored.
void read_constraint(field_reader& fields, generation_fields& out);

/// thinking_budget and its alias; -1 is no limit.
void read_thinking_budget(field_reader& fields, generation_fields& out);

/// custom_params of a processor that sets the thinking budget; the smallest budget counts.
void read_custom_params(field_reader& fields, generation_fields& out);

/// Checks min_tokens against max_tokens once both are known.
void check_token_bounds(decode_failure& failure, const generation_fields& fields);

/// `messages`, which is required. Fails on an empty array.
void read_messages(field_reader& body, std::vector<chat_message>& out);

/// `name`, which is required and not empty.
void read_required_name(field_reader& reader, std::string& out);

/// `type`, which may be absent: "function", the only kind of tool.
void check_function_type(field_reader& reader);

/// `tools`; null and an empty array mean none.
void read_tools(field_reader& body, std::vector<tool_definition>& out);

/// Messages, tools and the template's switches.
void read_conversation(field_reader& body, conversation& out);

/// `tool_choice`, read after the conversation: the tools that the model may call. Others are
/// removed.
void read_tool_choice(field_reader& body, chat_request& out);

/// A body whose outermost value is an object; anything else is a failure with no param.
std::optional<json_object> body_object(decode_failure& failure, const json_document& document);

/// Parses, reads with `read(field_reader&, Request&)` and reports the first failure.
template <class Request, class Read>
result<Request> decode_body(std::string_view body, Read read) {
  HADAL_TRY_ASSIGN(document, json_document::parse(body));
  try {
    decode_failure failure;
    Request request;
    if (const auto object = body_object(failure, document)) {
      field_reader reader(failure, *object, {});
      read(reader, request);
    }
    if (failure)
      return fail(failure.first());
    return request;
  } catch (const std::bad_alloc&) {
    return fail(error_code::out_of_memory, "There is no memory left to read the request body.");
  }
}

/// Bound of max_tokens: below 2^53, so that sums with lengths cannot overflow.
inline constexpr std::int64_t max_tokens_bound = (std::int64_t{1} << 53) - 1;

} // namespace hadal::net
