#include "net/openai/stream_encoder.hpp"

#include "net/openai/answer_json.hpp"
#include "net/openai/error_response.hpp"
#include "net/openai/json_text.hpp"

namespace hadal::net {

namespace {

std::string event_prefix(const answer_identity& identity, std::string_view object) {
  std::string prefix = "data: ";
  append_identity(prefix, identity, object);
  return prefix;
}

/// `,"choices":[{"index":0,`
void begin_choice(std::string& out, const std::string& prefix, std::int32_t choice) {
  out += prefix;
  out += R"(,"choices":[{"index":)";
  append_json_integer(out, std::int64_t{choice});
  out += ',';
}

void append_token_ids(std::string& out, const answer_options& options, std::string_view name,
                      std::span<const token_id> ids) {
  if (!options.return_token_ids || ids.empty())
    return;
  out += ",\"";
  out += name;
  out += "\":";
  append_ids(out, ids);
}

/// The rest of an event after the choices: usage if requested, and the blank line.
void end_event(std::string& out, const answer_options& options, const token_usage* running) {
  if (running != nullptr) {
    out += R"(,"usage":)";
    append_usage(out, *running);
  } else if (options.include_usage) {
    out += R"(,"usage":null)";
  }
  out += "}\n\n";
}

void append_usage_event(std::string& out, const std::string& prefix, const token_usage& usage) {
  out += prefix;
  out += R"(,"choices":[],"usage":)";
  append_usage(out, usage);
  out += "}\n\n";
}

void append_tool_call(std::string& out, const tool_call_delta& call) {
  out += R"({"index":)";
  append_json_integer(out, std::int64_t{call.index});
  if (!call.id.empty()) {
    out += R"(,"id":)";
    append_json_string(out, call.id);
    out += R"(,"type":"function")";
  }
  out += R"(,"function":{)";
  if (!call.name.empty()) {
    out += R"("name":)";
    append_json_string(out, call.name);
    out += ',';
  }
  out += R"("arguments":)";
  append_json_string(out, call.arguments);
  out += "}}";
}

/// The members of a chat delta, braces included. Clients read reasoning_content of every delta
/// without checking that it exists, so it is always written if reasoning is parsed.
void append_members(std::string& out, const chat_delta& delta, bool reasoning_active) {
  std::string_view before = "{";
  if (delta.reasoning_content) {
    out += R"({"reasoning_content":)";
    append_json_string(out, *delta.reasoning_content);
    before = ",";
  } else if (reasoning_active) {
    out += R"({"reasoning_content":null)";
    before = ",";
  }
  if (delta.content) {
    out += before;
    out += R"("content":)";
    append_json_string(out, *delta.content);
    before = ",";
  }
  if (!delta.tool_calls.empty()) {
    out += before;
    out += R"("tool_calls":[)";
    for (std::size_t i = 0; i < delta.tool_calls.size(); ++i) {
      if (i > 0)
        out += ',';
      append_tool_call(out, delta.tool_calls[i]);
    }
    out += ']';
    before = ",";
  }
  out += before == "{" ? "{}" : "}";
}

} // namespace

void append_done_event(std::string& out) {
  out += "data: [DONE]\n\n";
}

void append_error_event(std::string& out, const error& e) {
  out += R"(data: {"error":)";
  append_error_object(out, e);
  out += "}\n\n";
}

chat_stream_encoder::chat_stream_encoder(const answer_identity& identity,
                                         const answer_options& options)
  : prefix_(event_prefix(identity, "chat.completion.chunk")), options_(options) {}

void chat_stream_encoder::append_role(std::string& out, std::int32_t choice,
                                      std::span<const token_id> prompt_token_ids,
                                      const token_usage* running) const {
  begin_choice(out, prefix_, choice);
  out += R"("delta":{"role":"assistant","content":"")";
  if (options_.reasoning_active)
    out += R"(,"reasoning_content":null)";
  out += R"(},"logprobs":null,"finish_reason":null}])";
  append_token_ids(out, options_, "prompt_token_ids", prompt_token_ids);
  end_event(out, options_, running);
}

void chat_stream_encoder::append_delta(std::string& out, std::int32_t choice,
                                       const chat_delta& delta, const token_usage* running) const {
  begin_choice(out, prefix_, choice);
  out += R"("delta":)";
  append_members(out, delta, options_.reasoning_active);
  out += R"(,"logprobs":)";
  if (options_.logprobs && !delta.logprobs.empty()) {
    out += R"({"content":[)";
    append_chat_logprobs(out, delta.logprobs, options_.tokens_as_ids);
    out += "]}";
  } else {
    out += "null";
  }
  out += R"(,"finish_reason":null)";
  append_token_ids(out, options_, "token_ids", delta.token_ids);
  out += "}]";
  end_event(out, options_, running);
}

void chat_stream_encoder::append_finish(std::string& out, std::int32_t choice,
                                        const choice_end& end, const token_usage* running) const {
  begin_choice(out, prefix_, choice);
  out += R"("delta":)";
  // A client of a reasoning model takes what is no reasoning for content, and adds it.
  append_members(out, options_.reasoning_active ? chat_delta{.content = ""} : chat_delta{},
                 options_.reasoning_active);
  out += R"(,"logprobs":null,)";
  append_end(out, &end);
  out += "}]";
  end_event(out, options_, running);
}

void chat_stream_encoder::append_usage(std::string& out, const token_usage& usage) const {
  append_usage_event(out, prefix_, usage);
}

completion_stream_encoder::completion_stream_encoder(const answer_identity& identity,
                                                     const answer_options& options)
  : prefix_(event_prefix(identity, "text_completion")), options_(options) {}

void completion_stream_encoder::append_delta(std::string& out, std::int32_t choice,
                                             const completion_delta& delta,
                                             std::span<const token_id> prompt_token_ids,
                                             const choice_end* end,
                                             const token_usage* running) const {
  begin_choice(out, prefix_, choice);
  out += R"("text":)";
  append_json_string(out, delta.text);
  out += R"(,"logprobs":)";
  if (options_.logprobs && !delta.logprobs.empty()) {
    completion_logprobs_json lists;
    for (const token_logprob& token : delta.logprobs)
      lists.append(token, options_.tokens_as_ids);
    lists.append_to(out);
  } else {
    out += "null";
  }
  if (end != nullptr) {
    out += ',';
    append_end(out, end);
  } else {
    out += R"(,"finish_reason":null)";
  }
  append_token_ids(out, options_, "prompt_token_ids", prompt_token_ids);
  append_token_ids(out, options_, "token_ids", delta.token_ids);
  out += "}]";
  end_event(out, options_, running);
}

void completion_stream_encoder::append_usage(std::string& out, const token_usage& usage) const {
  append_usage_event(out, prefix_, usage);
}

} // namespace hadal::net
