#include "net/openai/answer_json.hpp"

#include "base/utf8.hpp"
#include "net/openai/json_text.hpp"

#include <algorithm>
#include <vector>

namespace hadal::net {

namespace {

void append_bytes(std::string& out, std::optional<std::string_view> bytes) {
  out += '[';
  bool first = true;
  for (const char c : bytes.value_or("")) {
    if (!first)
      out += ',';
    first = false;
    append_json_integer(out, std::uint64_t{static_cast<unsigned char>(c)});
  }
  out += ']';
}

/// `"token":...,"logprob":...,"bytes":[...]`
void append_named_logprob(std::string& out, token_id token, std::optional<std::string_view> bytes,
                          float logprob, bool as_ids) {
  out += R"("token":)";
  append_json_string(out, logprob_token_name(token, bytes, as_ids));
  out += R"(,"logprob":)";
  append_json_logprob(out, logprob);
  out += R"(,"bytes":)";
  append_bytes(out, bytes);
}

/// One object of a completion's top_logprobs: name to logprob. The sampled token is always in it
/// and keeps its name; another id whose name is taken goes by `token_id:N`.
void append_top_object(std::string& out, const token_logprob& sampled, bool as_ids) {
  std::vector<std::string> names{logprob_token_name(sampled.token, sampled.bytes, as_ids)};
  const auto append = [&](std::string_view name, float logprob) {
    out += out.back() == '{' ? "" : ",";
    append_json_string(out, name);
    out += ':';
    append_json_logprob(out, logprob);
  };
  out += '{';
  bool sampled_seen = false;
  for (const top_logprob& entry : sampled.top) {
    if (entry.token == sampled.token) {
      sampled_seen = true;
      append(names.front(), entry.logprob);
      continue;
    }
    std::string name = logprob_token_name(entry.token, entry.bytes, as_ids);
    if (std::find(names.begin(), names.end(), name) != names.end())
      name = logprob_token_name(entry.token, entry.bytes, true);
    append(name, entry.logprob);
    names.push_back(std::move(name));
  }
  if (!sampled_seen)
    append(names.front(), sampled.logprob);
  out += '}';
}

} // namespace

std::string_view to_string(finish_reason reason) noexcept {
  switch (reason) {
  case finish_reason::stop: return "stop";
  case finish_reason::length: return "length";
  case finish_reason::tool_calls: return "tool_calls";
  case finish_reason::abort: return "abort";
  }
  return "abort";
}

std::string logprob_token_name(token_id token, std::optional<std::string_view> bytes, bool as_id) {
  if (as_id || !bytes)
    return "token_id:" + std::to_string(token);
  if (is_valid_utf8(*bytes))
    return std::string(*bytes);
  static constexpr char digits[] = "0123456789abcdef";
  std::string name = "bytes:";
  for (const char c : *bytes) {
    const auto byte = static_cast<unsigned char>(c);
    name += "\\x";
    name += digits[byte >> 4];
    name += digits[byte & 15];
  }
  return name;
}

void append_identity(std::string& out, const answer_identity& identity, std::string_view object) {
  out += R"({"id":)";
  append_json_string(out, identity.id);
  out += R"(,"object":")";
  out += object;
  out += R"(","created":)";
  append_json_integer(out, identity.created);
  out += R"(,"model":)";
  append_json_string(out, identity.model);
}

void append_usage(std::string& out, const token_usage& usage) {
  out += R"({"prompt_tokens":)";
  append_json_integer(out, usage.prompt_tokens);
  out += R"(,"completion_tokens":)";
  append_json_integer(out, usage.completion_tokens);
  out += R"(,"total_tokens":)";
  append_json_integer(out, usage.prompt_tokens + usage.completion_tokens);
  if (usage.cached_prompt_tokens) {
    out += R"(,"prompt_tokens_details":{"cached_tokens":)";
    append_json_integer(out, *usage.cached_prompt_tokens);
    out += '}';
  }
  if (usage.reasoning_tokens) {
    out += R"(,"completion_tokens_details":{"reasoning_tokens":)";
    append_json_integer(out, *usage.reasoning_tokens);
    out += R"(},"reasoning_tokens":)";
    append_json_integer(out, *usage.reasoning_tokens);
  }
  out += '}';
}

void append_end(std::string& out, const choice_end* end) {
  out += R"("finish_reason":)";
  if (end == nullptr) {
    out += R"(null,"matched_stop":null)";
    return;
  }
  append_json_string(out, to_string(end->reason));
  out += R"(,"matched_stop":)";
  if (const auto* text = std::get_if<std::string>(&end->matched))
    append_json_string(out, *text);
  else if (const auto* id = std::get_if<token_id>(&end->matched))
    append_json_integer(out, std::int64_t{*id});
  else
    out += "null";
}

void append_ids(std::string& out, std::span<const token_id> ids) {
  out += '[';
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0)
      out += ',';
    append_json_integer(out, std::int64_t{ids[i]});
  }
  out += ']';
}

void append_chat_logprobs(std::string& out, std::span<const token_logprob> tokens, bool as_ids) {
  bool first = true;
  for (const token_logprob& token : tokens) {
    out += first ? "{" : ",{";
    first = false;
    append_named_logprob(out, token.token, token.bytes, token.logprob, as_ids);
    out += R"(,"top_logprobs":[)";
    for (std::size_t i = 0; i < token.top.size(); ++i) {
      const top_logprob& entry = token.top[i];
      out += i == 0 ? "{" : ",{";
      append_named_logprob(out, entry.token, entry.bytes, entry.logprob, as_ids);
      out += '}';
    }
    out += "]}";
  }
}

void completion_logprobs_json::append(const token_logprob& token, bool as_ids) {
  if (!tokens.empty())
    for (std::string* list : {&tokens, &token_logprobs, &top_logprobs, &text_offset})
      *list += ',';
  append_json_string(tokens, logprob_token_name(token.token, token.bytes, as_ids));
  if (token.has_logprob) {
    append_json_logprob(token_logprobs, token.logprob);
    append_top_object(top_logprobs, token, as_ids);
  } else {
    token_logprobs += "null";
    top_logprobs += "null";
  }
  append_json_integer(text_offset, token.text_offset);
}

void completion_logprobs_json::append_to(std::string& out) const {
  out += R"({"tokens":[)";
  out += tokens;
  out += R"(],"token_logprobs":[)";
  out += token_logprobs;
  out += R"(],"top_logprobs":[)";
  out += top_logprobs;
  out += R"(],"text_offset":[)";
  out += text_offset;
  out += "]}";
}

} // namespace hadal::net
