#include "net/native/generate_answer.hpp"

#include "base/assert.hpp"
#include "net/openai/json_text.hpp"

namespace hadal::net {

namespace {

void append_text(std::string& out, std::optional<std::string_view> bytes, bool with_text) {
  if (with_text && bytes)
    append_json_string(out, *bytes);
  else
    out += "null";
}

void append_finish_reason(std::string& out, const choice_end& end, std::int64_t length) {
  if (end.reason == finish_reason::length) {
    out += R"({"type":"length","length":)";
    append_json_integer(out, length);
    out += '}';
    return;
  }
  out += R"({"type":)";
  append_json_string(out, to_string(end.reason));
  out += R"(,"matched":)";
  if (const auto* text = std::get_if<std::string>(&end.matched))
    append_json_string(out, *text);
  else if (const auto* id = std::get_if<token_id>(&end.matched))
    append_json_integer(out, std::int64_t{*id});
  else
    out += "null";
  out += '}';
}

void append_list(std::string& out, std::string_view name, const std::string& items) {
  out += ",\"";
  out += name;
  out += "\":[";
  out += items;
  out += ']';
}

} // namespace

generate_answer::generate_answer(generate_form form)
  : form_(std::move(form)), choices_(form_.choices.size()) {}

generate_answer::choice_state& generate_answer::at(std::int32_t choice) {
  HADAL_ASSERT(choice >= 0 && static_cast<std::size_t>(choice) < choices_.size());
  return choices_[static_cast<std::size_t>(choice)];
}

void generate_answer::set_prompt_tokens(std::int32_t choice, std::int64_t tokens) {
  at(choice).prompt_tokens = tokens;
}

void generate_answer::append_lists(logprob_lists& lists,
                                   std::span<const token_logprob> tokens) const {
  const auto append = [&](std::string& out, bool known, float logprob, token_id token,
                          std::optional<std::string_view> bytes) {
    out += '[';
    if (known)
      append_json_logprob(out, logprob);
    else
      out += "null";
    out += ',';
    append_json_integer(out, std::int64_t{token});
    out += ',';
    append_text(out, bytes, form_.text_in_logprobs);
    out += ']';
  };
  for (const token_logprob& token : tokens) {
    if (lists.count++ > 0) {
      lists.tokens += ',';
      lists.top += ',';
    }
    append(lists.tokens, token.has_logprob, token.logprob, token.token, token.bytes);
    if (!token.has_logprob) {
      lists.top += "null";
      continue;
    }
    lists.top += '[';
    for (std::size_t i = 0; i < token.top.size(); ++i) {
      lists.top += i > 0 ? "," : "";
      append(lists.top, true, token.top[i].logprob, token.top[i].token, token.top[i].bytes);
    }
    lists.top += ']';
  }
}

void generate_answer::add_delta(std::int32_t choice, const generate_delta& delta) {
  choice_state& c = at(choice);
  HADAL_ASSERT(!c.end);
  c.text += delta.text;
  for (const token_id id : delta.token_ids) {
    if (c.completion_tokens++ > 0)
      c.output_ids += ',';
    append_json_integer(c.output_ids, std::int64_t{id});
  }
  append_lists(c.input, delta.prompt_logprobs);
  append_lists(c.output, delta.logprobs);
}

void generate_answer::finish(std::int32_t choice, choice_end end, double seconds) {
  choice_state& c = at(choice);
  HADAL_ASSERT(!c.end);
  c.end = std::move(end);
  c.seconds = seconds;
}

void generate_answer::append_meta_info(std::string& out, std::size_t choice) const {
  const choice_state& c = choices_[choice];
  const generate_choice& asked = form_.choices[choice];
  out += R"({"id":)";
  append_json_string(out, asked.id);
  out += R"(,"finish_reason":)";
  if (c.end)
    append_finish_reason(out, *c.end, c.completion_tokens);
  else
    out += "null";
  out += R"(,"prompt_tokens":)";
  append_json_integer(out, c.prompt_tokens);
  out += R"(,"completion_tokens":)";
  append_json_integer(out, c.completion_tokens);
  out += R"(,"cached_tokens":0,"weight_version":"default")";
  if (asked.logprobs) {
    append_list(out, "input_token_logprobs", c.input.tokens);
    append_list(out, "output_token_logprobs", c.output.tokens);
    out += R"(,"output_token_logprobs_length":)";
    append_json_integer(out, c.output.count);
  }
  if (asked.top_logprobs) {
    append_list(out, "input_top_logprobs", c.input.top);
    append_list(out, "output_top_logprobs", c.output.top);
  }
  if (c.end) {
    out += R"(,"e2e_latency":)";
    append_json_real(out, c.seconds);
  }
  out += '}';
}

void generate_answer::append_choice(std::string& out, std::size_t choice, bool with_index) const {
  const choice_state& c = choices_[choice];
  out += '{';
  if (with_index) {
    out += R"("index":)";
    append_json_integer(out, std::uint64_t{choice});
    out += ',';
  }
  out += R"("text":)";
  append_json_string(out, c.text);
  append_list(out, "output_ids", c.output_ids);
  out += R"(,"meta_info":)";
  append_meta_info(out, choice);
  out += '}';
}

void generate_answer::append_event(std::string& out, std::int32_t choice) const {
  out += "data: ";
  append_choice(out, static_cast<std::size_t>(choice), form_.is_list);
  out += "\n\n";
}

std::string generate_answer::body() const {
  std::string out;
  if (form_.is_list)
    out += '[';
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    HADAL_ASSERT(choices_[i].end);
    out += i > 0 ? "," : "";
    append_choice(out, i, false);
  }
  if (form_.is_list)
    out += ']';
  return out;
}

} // namespace hadal::net
