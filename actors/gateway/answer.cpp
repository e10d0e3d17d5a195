#include "actors/gateway/answer.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <utility>

namespace hadal::actors {

namespace {

using sink_variant =
    std::variant<net::chat_stream_encoder, net::completion_stream_encoder, net::chat_answer_builder,
                 net::completion_answer_builder, net::generate_answer>;

sink_variant make_sink(const answer_layout& layout) {
  auto choices = static_cast<std::int32_t>(layout.choices());
  if (layout.native)
    return net::generate_answer(*layout.native);
  if (layout.stream && layout.chat)
    return net::chat_stream_encoder(layout.identity, layout.options);
  if (layout.stream)
    return net::completion_stream_encoder(layout.identity, layout.options);
  if (layout.chat)
    return net::chat_answer_builder(layout.identity, layout.options, choices);
  return net::completion_answer_builder(layout.identity, layout.options, choices);
}

net::choice_end choice_end_of(const model::finish& finish) {
  net::choice_end end;
  end.reason = finish.reason == model::finish_reason::length       ? net::finish_reason::length
               : finish.reason == model::finish_reason::tool_calls ? net::finish_reason::tool_calls
                                                                   : net::finish_reason::stop;
  if (!finish.matched_stop.empty())
    end.matched = finish.matched_stop;
  else if (finish.matched_token)
    end.matched = *finish.matched_token;
  return end;
}

std::span<const token_id> ids_of(const protocol::prompt_info& prompt) {
  return prompt.ids ? std::span<const token_id>(*prompt.ids) : std::span<const token_id>();
}

} // namespace

answer::answer(answer_layout layout)
  : layout_(std::move(layout)), sink_(make_sink(layout_)), choices_(layout_.choices()) {}

void answer::prepare(std::vector<protocol::prompt_info> prompts) {
  HADAL_ASSERT(prompts.size() == layout_.prompts);
  prompts_ = std::move(prompts);
}

const protocol::prompt_info& answer::prompt_of(std::uint32_t choice) const {
  return prompts_[choice / layout_.choices_per_prompt];
}

void answer::start_choice(const protocol::sequence_delta& delta, std::string& out) {
  auto choice = delta.choice;
  choices_[choice].started = true;
  const auto& prompt = prompt_of(choice);
  auto index = static_cast<std::int32_t>(choice);
  auto ids = layout_.options.return_token_ids ? ids_of(prompt) : std::span<const token_id>();
  const auto running = running_usage();
  if (auto* chat = std::get_if<net::chat_stream_encoder>(&sink_))
    chat->append_role(out, index, ids, running ? &*running : nullptr);
  else if (auto* text = std::get_if<net::completion_stream_encoder>(&sink_)) {
    auto entries = prompt_entries(delta);
    choices_[choice].prompt_ids_due = !layout_.echo && !ids.empty();
    if (layout_.echo)
      text->append_delta(out, index, {prompt.text, entries, {}}, ids, nullptr,
                         running ? &*running : nullptr);
  } else if (auto* whole = std::get_if<net::completion_answer_builder>(&sink_)) {
    auto entries = prompt_entries(delta);
    if (layout_.echo)
      whole->add_delta(index, {prompt.text, entries, {}});
    if (!ids.empty())
      whole->set_prompt_token_ids(index, ids);
  }
}

std::vector<net::token_logprob> answer::entries_of(const std::vector<model::scored_token>& tokens) {
  auto bytes = [this](token_id id) -> std::optional<std::string_view> {
    const auto view = layout_.vocabulary ? layout_.vocabulary->token_bytes(id) : std::string_view();
    return view.empty() ? std::nullopt : std::optional(view); // no entry: no bytes, not zero bytes
  };
  std::vector<net::token_logprob> entries;
  top_.assign(tokens.size(), {});
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& token = tokens[i];
    for (const auto& candidate : token.top)
      top_[i].push_back({candidate.id, bytes(candidate.id), candidate.logprob});
    entries.push_back({token.id, bytes(token.id), token.logprob.value_or(0.0f), top_[i], 0,
                       token.logprob.has_value()});
  }
  return entries;
}

/// For an echoed prompt: tokens that the tokenizer added before its text take no room in it.
std::vector<net::token_logprob> answer::prompt_entries(const protocol::sequence_delta& delta) {
  auto entries = entries_of(delta.prompt_logprobs);
  auto& characters = choices_[delta.choice].characters;
  auto added = prompt_of(delta.choice).added_tokens;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].text_offset = characters;
    if (i >= added)
      characters += static_cast<std::int64_t>(count_code_points(entries[i].bytes.value_or("")));
  }
  return entries;
}

std::vector<net::token_logprob> answer::text_entries(const protocol::sequence_delta& delta) {
  auto entries = entries_of(delta.logprobs);
  auto& characters = choices_[delta.choice].characters;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].text_offset = characters;
    characters += static_cast<std::int64_t>(count_code_points(entries[i].bytes.value_or("")));
  }
  return entries;
}

/// Reasoning, content and every piece of a call become separate events, also a call's name and its
/// arguments: clients read one of them per event. Log probabilities and ids are in the first event.
void answer::add_chat(const protocol::sequence_delta& delta,
                      std::span<const net::token_logprob> entries, std::string& out) {
  const auto index = static_cast<std::int32_t>(delta.choice);
  const auto running = running_usage();
  net::chat_delta next;
  next.logprobs = entries;
  if (layout_.options.return_token_ids)
    next.token_ids = delta.token_ids;
  const auto write = [&] {
    if (auto* stream = std::get_if<net::chat_stream_encoder>(&sink_))
      stream->append_delta(out, index, next, running ? &*running : nullptr);
    else
      std::get<net::chat_answer_builder>(sink_).add_delta(index, next);
    next = {};
  };
  if (!delta.output.reasoning.empty()) {
    next.reasoning_content = delta.output.reasoning;
    write();
  }
  if (!delta.output.content.empty()) {
    next.content = delta.output.content;
    write();
  }
  for (const auto& piece : delta.output.calls) {
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
                      std::span<const net::token_logprob> entries, const net::choice_end* end,
                      std::string& out) {
  const auto index = static_cast<std::int32_t>(delta.choice);
  net::completion_delta next{delta.output.content, entries, {}};
  if (layout_.options.return_token_ids)
    next.token_ids = delta.token_ids;
  if (next.text.empty() && next.logprobs.empty() && next.token_ids.empty() && end == nullptr)
    return;
  const auto running = running_usage();
  const bool first = std::exchange(choices_[delta.choice].prompt_ids_due, false);
  const auto ids = first ? ids_of(prompt_of(delta.choice)) : std::span<const token_id>();
  if (auto* stream = std::get_if<net::completion_stream_encoder>(&sink_))
    stream->append_delta(out, index, next, ids, end, running ? &*running : nullptr);
  else
    std::get<net::completion_answer_builder>(sink_).add_delta(index, next);
}

void answer::add(const protocol::sequence_delta& delta, std::string& out) {
  HADAL_ASSERT(delta.choice < choices_.size() && !choices_[delta.choice].finished);
  auto& state = choices_[delta.choice];
  if (auto* native = std::get_if<net::generate_answer>(&sink_))
    return add_native(*native, delta, out);
  if (!state.started)
    start_choice(delta, out);
  state.completion_tokens = delta.completion_tokens;
  state.reasoning_tokens = delta.reasoning_tokens;
  auto index = static_cast<std::int32_t>(delta.choice);
  auto entries = text_entries(delta);
  std::optional<net::choice_end> end;
  if (delta.output.finish)
    end = choice_end_of(*delta.output.finish);
  if (layout_.chat)
    add_chat(delta, entries, out);
  else
    add_text(delta, entries, end ? &*end : nullptr, out);
  if (!end)
    return;
  state.finished = true;
  ++finished_;
  const auto running = running_usage();
  if (auto* chat = std::get_if<net::chat_stream_encoder>(&sink_))
    chat->append_finish(out, index, *end, running ? &*running : nullptr);
  else if (auto* whole_chat = std::get_if<net::chat_answer_builder>(&sink_))
    whole_chat->finish(index, *end);
  else if (auto* whole_text = std::get_if<net::completion_answer_builder>(&sink_))
    whole_text->finish(index, *end);
}

void answer::add_native(net::generate_answer& sink, const protocol::sequence_delta& delta,
                        std::string& out) {
  auto& state = choices_[delta.choice];
  auto index = static_cast<std::int32_t>(delta.choice);
  if (!state.started)
    sink.set_prompt_tokens(index, prompt_of(delta.choice).prompt_tokens);
  state.started = true;
  state.completion_tokens = delta.completion_tokens;
  auto prompt = entries_of(delta.prompt_logprobs);
  sink.add_delta(index, {{}, {}, {}, prompt});
  auto entries = entries_of(delta.logprobs);
  sink.add_delta(index, {delta.output.content, delta.token_ids, entries, {}});
  if (delta.output.finish) {
    state.finished = true;
    ++finished_;
    sink.finish(index, choice_end_of(*delta.output.finish), seconds_);
  }
  if (layout_.stream && (delta.output.finish || !behind_))
    sink.append_event(out, index);
}

net::token_usage answer::usage() const {
  net::token_usage usage;
  for (const auto& prompt : prompts_)
    usage.prompt_tokens += prompt.prompt_tokens;
  for (const auto& choice : choices_)
    usage.completion_tokens += choice.completion_tokens;
  if (layout_.counts_reasoning) {
    usage.reasoning_tokens = 0;
    for (const auto& choice : choices_)
      *usage.reasoning_tokens += choice.reasoning_tokens;
  }
  return usage;
}

std::optional<net::token_usage> answer::running_usage() const {
  return layout_.continuous_usage_stats ? std::optional(usage()) : std::nullopt;
}

void answer::append_end(std::string& out) const {
  if (layout_.include_usage) {
    if (auto* chat = std::get_if<net::chat_stream_encoder>(&sink_))
      chat->append_usage(out, usage());
    else
      std::get<net::completion_stream_encoder>(sink_).append_usage(out, usage());
  }
  net::append_done_event(out);
}

std::string answer::body() const {
  HADAL_ASSERT(complete() && !layout_.stream);
  if (auto* native = std::get_if<net::generate_answer>(&sink_))
    return native->body();
  if (auto* chat = std::get_if<net::chat_answer_builder>(&sink_)) {
    auto ids =
        layout_.options.return_token_ids ? ids_of(prompts_.front()) : std::span<const token_id>();
    return chat->body(usage(), ids);
  }
  return std::get<net::completion_answer_builder>(sink_).body(usage());
}

} // namespace hadal::actors
