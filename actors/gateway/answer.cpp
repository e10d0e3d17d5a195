#include "actors/gateway/answer.hpp"

#include "base/assert.hpp"

#include <utility>

namespace hadal::actors {

namespace {

using sink_variant = std::variant<net::chat_stream_encoder, net::completion_stream_encoder,
                                  net::chat_answer_builder, net::completion_answer_builder>;

sink_variant make_sink(const answer_form& form) {
  auto choices = static_cast<std::int32_t>(form.choices());
  if (form.stream && form.chat)
    return net::chat_stream_encoder(form.identity, form.options);
  if (form.stream)
    return net::completion_stream_encoder(form.identity, form.options);
  if (form.chat)
    return net::chat_answer_builder(form.identity, form.options, choices);
  return net::completion_answer_builder(form.identity, form.options, choices);
}

net::choice_end choice_end_of(const protocol::finish_info& finish) {
  net::choice_end end;
  end.reason = finish.kind == protocol::finish_kind::length       ? net::finish_reason::length
               : finish.kind == protocol::finish_kind::tool_calls ? net::finish_reason::tool_calls
                                                                  : net::finish_reason::stop;
  if (!finish.matched_stop.empty())
    end.matched = finish.matched_stop;
  else if (finish.matched_stop_token)
    end.matched = *finish.matched_stop_token;
  return end;
}

std::span<const token_id> ids_of(const protocol::prompt_info& prompt) {
  return prompt.ids ? std::span<const token_id>(*prompt.ids) : std::span<const token_id>();
}

} // namespace

answer::answer(answer_form form)
  : form_(std::move(form)), sink_(make_sink(form_)), choices_(form_.choices()) {}

void answer::prepare(std::vector<protocol::prompt_info> prompts) {
  HADAL_ASSERT(prompts.size() == form_.prompts);
  prompts_ = std::move(prompts);
}

const protocol::prompt_info& answer::prompt_of(std::uint32_t choice) const {
  return prompts_[choice / form_.choices_per_prompt];
}

void answer::start_choice(std::uint32_t choice, std::string& out) {
  choices_[choice].started = true;
  const auto& prompt = prompt_of(choice);
  auto index = static_cast<std::int32_t>(choice);
  auto ids = form_.options.return_token_ids ? ids_of(prompt) : std::span<const token_id>();
  if (auto* chat = std::get_if<net::chat_stream_encoder>(&sink_))
    chat->append_role(out, index, ids);
  else if (auto* text = std::get_if<net::completion_stream_encoder>(&sink_)) {
    if (form_.echo || !ids.empty())
      text->append_delta(out, index, {form_.echo ? prompt.text : std::string_view(), {}, {}}, ids);
  } else if (auto* whole = std::get_if<net::completion_answer_builder>(&sink_)) {
    if (form_.echo)
      whole->add_delta(index, {prompt.text, {}, {}});
    if (!ids.empty())
      whole->set_prompt_token_ids(index, ids);
  }
}

std::vector<net::token_logprob> answer::logprobs(choice_state& state,
                                                 const protocol::sequence_delta& delta) {
  std::vector<net::token_logprob> entries;
  top_.assign(delta.logprobs.size(), {});
  for (std::size_t i = 0; i < delta.logprobs.size(); ++i) {
    const auto& entry = delta.logprobs[i];
    for (const auto& candidate : entry.top)
      top_[i].push_back({candidate.id,
                         candidate.bytes.data() ? std::optional(candidate.bytes) : std::nullopt,
                         candidate.logprob});
    entries.push_back({entry.id, entry.bytes.data() ? std::optional(entry.bytes) : std::nullopt,
                       entry.logprob, top_[i], state.characters});
    state.characters += net::character_starts(entry.bytes);
  }
  return entries;
}

/// Reasoning and content make one event, every piece of a call another one, its name apart from its
/// arguments: clients read one thing an event. Log probabilities and ids ride on the first.
void answer::add_chat(const protocol::sequence_delta& delta,
                      std::span<const net::token_logprob> entries, std::string& out) {
  const auto index = static_cast<std::int32_t>(delta.choice);
  net::token_usage running;
  if (form_.continuous_usage_stats)
    running = usage();
  net::chat_delta next;
  next.logprobs = entries;
  if (form_.options.return_token_ids)
    next.token_ids = delta.token_ids;
  const auto write = [&] {
    if (auto* stream = std::get_if<net::chat_stream_encoder>(&sink_))
      stream->append_delta(out, index, next, form_.continuous_usage_stats ? &running : nullptr);
    else
      std::get<net::chat_answer_builder>(sink_).add_delta(index, next);
    next = {};
  };
  if (!delta.reasoning.empty())
    next.reasoning_content = delta.reasoning;
  if (!delta.text.empty())
    next.content = delta.text;
  if (next.reasoning_content || next.content)
    write();
  for (const auto& piece : delta.tool_calls) {
    net::tool_call_delta call{static_cast<std::int32_t>(piece.index), piece.id, piece.name, {}};
    next.tool_calls = {&call, 1};
    if (!piece.id.empty())
      write();
    call = {static_cast<std::int32_t>(piece.index), {}, {}, piece.arguments};
    next.tool_calls = {&call, 1};
    if (!piece.arguments.empty())
      write();
  }
  if (!next.logprobs.empty() || !next.token_ids.empty()) {
    next.content = "";
    write();
  }
}

void answer::add_text(const protocol::sequence_delta& delta,
                      std::span<const net::token_logprob> entries, std::string& out) {
  const auto index = static_cast<std::int32_t>(delta.choice);
  net::completion_delta next{delta.text, entries, {}};
  if (form_.options.return_token_ids)
    next.token_ids = delta.token_ids;
  if (next.text.empty() && next.logprobs.empty() && next.token_ids.empty())
    return;
  net::token_usage running;
  if (form_.continuous_usage_stats)
    running = usage();
  if (auto* stream = std::get_if<net::completion_stream_encoder>(&sink_))
    stream->append_delta(out, index, next, {}, form_.continuous_usage_stats ? &running : nullptr);
  else
    std::get<net::completion_answer_builder>(sink_).add_delta(index, next);
}

void answer::add(const protocol::sequence_delta& delta, std::string& out) {
  HADAL_ASSERT(delta.choice < choices_.size() && !choices_[delta.choice].finished);
  auto& state = choices_[delta.choice];
  if (!state.started)
    start_choice(delta.choice, out);
  state.completion_tokens = delta.completion_tokens;
  state.reasoning_tokens = delta.reasoning_tokens;
  auto index = static_cast<std::int32_t>(delta.choice);
  auto entries = logprobs(state, delta);
  if (form_.chat)
    add_chat(delta, entries, out);
  else
    add_text(delta, entries, out);
  if (!delta.finish)
    return;
  state.finished = true;
  ++finished_;
  auto end = choice_end_of(*delta.finish);
  if (auto* chat = std::get_if<net::chat_stream_encoder>(&sink_))
    chat->append_finish(out, index, end);
  else if (auto* text = std::get_if<net::completion_stream_encoder>(&sink_))
    text->append_finish(out, index, end);
  else if (auto* whole_chat = std::get_if<net::chat_answer_builder>(&sink_))
    whole_chat->finish(index, end);
  else
    std::get<net::completion_answer_builder>(sink_).finish(index, end);
}

net::token_usage answer::usage() const {
  net::token_usage usage;
  for (const auto& prompt : prompts_)
    usage.prompt_tokens += prompt.prompt_tokens;
  for (const auto& choice : choices_)
    usage.completion_tokens += choice.completion_tokens;
  if (form_.counts_reasoning) {
    usage.reasoning_tokens = 0;
    for (const auto& choice : choices_)
      *usage.reasoning_tokens += choice.reasoning_tokens;
  }
  return usage;
}

void answer::append_end(std::string& out) const {
  if (form_.include_usage) {
    if (auto* chat = std::get_if<net::chat_stream_encoder>(&sink_))
      chat->append_usage(out, usage());
    else
      std::get<net::completion_stream_encoder>(sink_).append_usage(out, usage());
  }
  net::append_done_event(out);
}

std::string answer::body() const {
  HADAL_ASSERT(complete() && !form_.stream);
  if (auto* chat = std::get_if<net::chat_answer_builder>(&sink_)) {
    auto ids =
        form_.options.return_token_ids ? ids_of(prompts_.front()) : std::span<const token_id>();
    return chat->body(usage(), ids);
  }
  return std::get<net::completion_answer_builder>(sink_).body(usage());
}

} // namespace hadal::actors
