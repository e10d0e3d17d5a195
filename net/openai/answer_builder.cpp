#include "net/openai/answer_builder.hpp"

#include "base/assert.hpp"
#include "net/openai/json_text.hpp"

namespace hadal::net {

namespace {

template <class Choice>
Choice& open_choice(std::vector<Choice>& choices, std::int32_t choice) {
  HADAL_ASSERT(choice >= 0 && static_cast<std::size_t>(choice) < choices.size());
  Choice& c = choices[static_cast<std::size_t>(choice)];
  HADAL_ASSERT(!c.finished);
  return c;
}

template <class Choice>
void finish_choice(Choice& c, choice_end end) {
  c.finished = true;
  c.end = std::move(end);
}

/// `{"id":...,"choices":[` and then each choice's `{"index":i,...}` by `append_one(choice)`.
template <class Choice, class AppendOne>
void append_choices(std::string& out, const std::vector<Choice>& choices, AppendOne append_one) {
  out += R"(,"choices":[)";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    HADAL_ASSERT(choices[i].finished);
    out += i == 0 ? R"({"index":)" : R"(,{"index":)";
    append_json_integer(out, std::uint64_t{i});
    out += ',';
    append_one(choices[i]);
    out += '}';
  }
  out += R"(],"usage":)";
}

void append_named_ids(std::string& out, std::string_view name, std::span<const token_id> ids) {
  out += ",\"";
  out += name;
  out += "\":";
  append_ids(out, ids);
}

} // namespace

chat_answer_builder::chat_answer_builder(answer_identity identity, const answer_options& options,
                                         std::int32_t choices)
  : identity_(std::move(identity)), options_(options), choices_(static_cast<std::size_t>(choices)) {
}

void chat_answer_builder::add_delta(std::int32_t choice, const chat_delta& delta) {
  choice_state& c = open_choice(choices_, choice);
  c.content += delta.content.value_or("");
  c.reasoning += delta.reasoning_content.value_or("");
  c.has_reasoning |= delta.reasoning_content.has_value();
  for (const tool_call_delta& piece : delta.tool_calls) {
    const auto index = static_cast<std::size_t>(piece.index);
    HADAL_ASSERT(index <= c.calls.size());
    if (index == c.calls.size())
      c.calls.push_back({std::string(piece.id), std::string(piece.name), {}});
    c.calls[index].arguments += piece.arguments;
  }
  if (options_.logprobs && !delta.logprobs.empty()) {
    if (!c.logprobs_json.empty())
      c.logprobs_json += ',';
    append_chat_logprobs(c.logprobs_json, delta.logprobs, options_.tokens_as_ids);
  }
  if (options_.return_token_ids)
    c.token_ids.insert(c.token_ids.end(), delta.token_ids.begin(), delta.token_ids.end());
}

void chat_answer_builder::finish(std::int32_t choice, choice_end end) {
  finish_choice(open_choice(choices_, choice), std::move(end));
  ++finished_;
}

bool chat_answer_builder::complete() const noexcept {
  return static_cast<std::size_t>(finished_) == choices_.size();
}

void chat_answer_builder::append_message(std::string& out, const choice_state& c) const {
  out += R"("message":{"role":"assistant","content":)";
  if (c.content.empty() && !c.calls.empty())
    out += "null";
  else
    append_json_string(out, c.content);
  if (options_.reasoning_active || c.has_reasoning) {
    out += R"(,"reasoning_content":)";
    if (c.has_reasoning)
      append_json_string(out, c.reasoning);
    else
      out += "null";
  }
  if (!c.calls.empty()) {
    out += R"(,"tool_calls":[)";
    for (std::size_t i = 0; i < c.calls.size(); ++i) {
      out += i == 0 ? R"({"index":)" : R"(,{"index":)";
      append_json_integer(out, std::uint64_t{i});
      out += R"(,"id":)";
      append_json_string(out, c.calls[i].id);
      out += R"(,"type":"function","function":{"name":)";
      append_json_string(out, c.calls[i].name);
      out += R"(,"arguments":)";
      append_json_string(out, c.calls[i].arguments);
      out += "}}";
    }
    out += ']';
  }
  out += '}';
}

std::string chat_answer_builder::body(const token_usage& usage,
                                      std::span<const token_id> prompt_token_ids) const {
  std::string out;
  append_identity(out, identity_, "chat.completion");
  append_choices(out, choices_, [&](const choice_state& c) {
    append_message(out, c);
    out += R"(,"logprobs":)";
    if (options_.logprobs) {
      out += R"({"content":[)";
      out += c.logprobs_json;
      out += "]}";
    } else {
      out += "null";
    }
    out += ',';
    append_end(out, &c.end);
    if (options_.return_token_ids)
      append_named_ids(out, "token_ids", c.token_ids);
  });
  append_usage(out, usage);
  if (options_.return_token_ids)
    append_named_ids(out, "prompt_token_ids", prompt_token_ids);
  out += '}';
  return out;
}

completion_answer_builder::completion_answer_builder(answer_identity identity,
                                                     const answer_options& options,
                                                     std::int32_t choices)
  : identity_(std::move(identity)), options_(options), choices_(static_cast<std::size_t>(choices)) {
}

void completion_answer_builder::add_delta(std::int32_t choice, const completion_delta& delta) {
  choice_state& c = open_choice(choices_, choice);
  c.text += delta.text;
  if (options_.logprobs)
    for (const token_logprob& token : delta.logprobs)
      c.logprobs.append(token, options_.tokens_as_ids);
  if (options_.return_token_ids)
    c.token_ids.insert(c.token_ids.end(), delta.token_ids.begin(), delta.token_ids.end());
}

void completion_answer_builder::set_prompt_token_ids(std::int32_t choice,
                                                     std::span<const token_id> ids) {
  open_choice(choices_, choice).prompt_token_ids.assign(ids.begin(), ids.end());
}

void completion_answer_builder::finish(std::int32_t choice, choice_end end) {
  finish_choice(open_choice(choices_, choice), std::move(end));
  ++finished_;
}

bool completion_answer_builder::complete() const noexcept {
  return static_cast<std::size_t>(finished_) == choices_.size();
}

std::string completion_answer_builder::body(const token_usage& usage) const {
  std::string out;
  append_identity(out, identity_, "text_completion");
  append_choices(out, choices_, [&](const choice_state& c) {
    out += R"("text":)";
    append_json_string(out, c.text);
    out += R"(,"logprobs":)";
    if (options_.logprobs)
      c.logprobs.append_to(out);
    else
      out += "null";
    out += ',';
    append_end(out, &c.end);
    if (options_.return_token_ids) {
      append_named_ids(out, "prompt_token_ids", c.prompt_token_ids);
      append_named_ids(out, "token_ids", c.token_ids);
    }
  });
  append_usage(out, usage);
  out += '}';
  return out;
}

} // namespace hadal::net
