#include "actors/session/session.hpp"

#include "actors/session/prompt_sources.hpp"
#include "actors/session/tool_constraint.hpp"
#include "base/limits.hpp"
#include "model/sampling/choice_seed.hpp"
#include "net/openai/small_answers.hpp"

#include <fmt/core.h>

namespace hadal::actors {

using namespace protocol;

namespace {

constexpr runtime::duration ask_deadline{limits::ask_deadline_ms};

error peer_failure(const char* peer) {
  return {error_code::model_failed, fmt::format("the {} did not answer", peer), {}};
}

error needs_tokenizer(const char* field) {
  return {error_code::invalid_request,
          fmt::format("{} needs text, and the server runs without a tokenizer "
                      "(--skip-tokenizer-init)",
                      field),
          field};
}

const net::generation_fields* generation_fields_of(const request_body& body) {
  if (auto* chat = std::get_if<net::chat_request>(&body))
    return &chat->generation;
  if (auto* text = std::get_if<net::completion_request>(&body))
    return &text->generation;
  return nullptr;
}

} // namespace

session::session(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
                 std::shared_ptr<session_start> start)
  : actor_base(cfg, env, pinned), start_(std::move(start)) {}

session::behavior_type session::make_behavior() {
  return {[this](const begin_request&) { begin(); }, [this](const client_gone&) { give_up(); },
          [this](const answer_complete&) { end(); }};
}

void session::on_exit() {
  actor_base::on_exit();
  start_.reset();
}

// -- the beginning -----------------------------------------------------------------

void session::begin() {
  watch(start_->parts->scheduler, [this](const caf::error&) {
    fail_request({error_code::model_failed, "the scheduler died", {}});
  });
  auto* fields = generation_fields_of(start_->body);
  if (fields && !fields->stop.empty() && !start_->parts->facts.has_tokenizer)
    return fail_request(needs_tokenizer("stop"));
  if (fields && fields->constraint)
    constraint_ = constraint_source_of(*fields->constraint);
  std::vector<prompt_source> sources;
  const prompt_defaults defaults{start_->parts->facts.reasoning_parser ==
                                 model::reasoning_parser::deepseek_r1};
  bool want_text = false;
  if (auto* chat = std::get_if<net::chat_request>(&start_->body)) {
    auto calls = tool_constraint_of(*chat, start_->parts->facts);
    if (!calls)
      return fail_request(calls.error());
    if (*calls)
      constraint_ = std::move(**calls);
    sources.push_back(prompt_source_of(*chat, defaults));
  } else if (auto* text = std::get_if<net::completion_request>(&start_->body)) {
    sources = prompt_sources_of(*text);
    want_text = text->echo;
    if (text->echo && !start_->parts->facts.has_tokenizer)
      return fail_request(needs_tokenizer("echo"));
  } else if (auto* tokenize = std::get_if<net::tokenize_request>(&start_->body)) {
    sources = prompt_sources_of(*tokenize, defaults);
  } else {
    const auto& detokenize = std::get<net::detokenize_request>(start_->body);
    texts_.resize(detokenize.lists.size());
    answers_due_ = texts_.size();
    for (std::size_t i = 0; i < texts_.size(); ++i)
      decode(i);
    return;
  }
  for (auto& source : sources)
    prompts_.push_back({std::make_shared<const prompt_source>(std::move(source)), {}, {}, {}});
  encode_all(want_text);
}

const tokenizer_actor& session::some_tokenizer() {
  const auto& all = start_->parts->tokenizers;
  return all[raw(start_->request) % all.size()];
}

void session::encode_all(bool want_text) {
  answers_due_ = prompts_.size();
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    // Ids are taken as they are: no tokenizer is needed, and there may be none.
    auto* ids = std::get_if<id_prompt>(prompts_[i].source.get());
    if (ids && !want_text)
      on_encoded(i, {std::make_shared<const std::vector<token_id>>(ids->ids), {}, {}, {}});
    else
      encode(i, some_tokenizer(), true);
    if (prompts_.empty())
      return; // the request has failed meanwhile
  }
}

void session::encode(std::size_t index, const tokenizer_actor& tokenizer, bool first_try) {
  auto* text = std::get_if<net::completion_request>(&start_->body);
  ask<encoded_prompt>(
      tokenizer, encode_prompt{prompts_[index].source, text && text->echo}, ask_deadline,
      [this, index](const encoded_prompt& answer) { on_encoded(index, answer); },
      [this, index, first_try](const caf::error& reason) {
        if (!first_try || reason == caf::sec::request_timeout)
          return fail_request(peer_failure("tokenizer"));
        ask<replacement_tokenizer>(
            start_->supervisor, replace_tokenizer{}, ask_deadline,
            [this, index](const replacement_tokenizer& m) { encode(index, m.tokenizer, false); },
            [this](const caf::error&) { fail_request(peer_failure("supervisor")); });
      });
}

void session::on_encoded(std::size_t index, const encoded_prompt& answer) {
  if (prompts_.empty())
    return; // the request has failed already
  if (answer.failure)
    return fail_request(*answer.failure);
  prompts_[index].ids = answer.ids;
  prompts_[index].text = answer.text;
  prompts_[index].reasoning = answer.reasoning;
  if (--answers_due_ == 0)
    on_all_encoded();
}

void session::on_all_encoded() {
  if (auto* tokenize = std::get_if<net::tokenize_request>(&start_->body))
    return send_tokenized(*tokenize);
  for (const auto& prompt : prompts_) {
    if (prompt.ids->empty())
      return fail_request({error_code::invalid_request, "the prompt is empty", "prompt"});
    for (auto id : *prompt.ids)
      if (id < 0 || id >= start_->parts->executor.vocab_size)
        return fail_request({error_code::invalid_request,
                             fmt::format("token id {} is not one of the model's 0 to {}", id,
                                         start_->parts->executor.vocab_size - 1),
                             "prompt"});
  }
  if (auto* chat = std::get_if<net::chat_request>(&start_->body))
    return submit(chat->generation, {chat->logprobs, chat->top_logprobs});
  const auto& text = std::get<net::completion_request>(start_->body);
  if (text.echo && text.generation.max_tokens == 0)
    return answer_scoring(text);
  submit(text.generation, {text.logprobs.has_value(), text.logprobs.value_or(0)});
}

// -- answers without a scheduler -------------------------------------------------------

void session::send_tokenized(const net::tokenize_request& request) {
  std::vector<std::vector<token_id>> lists;
  for (const auto& prompt : prompts_)
    lists.push_back(*prompt.ids);
  auto response = net::tokenize_response(lists, request.prompt_is_array,
                                         start_->parts->executor.context_length);
  tell(start_->gateway, whole_answer{start_->exchange, std::move(response.body)});
  end();
}

void session::decode(std::size_t index) {
  const auto& request = std::get<net::detokenize_request>(start_->body);
  auto ids = std::make_shared<const std::vector<token_id>>(request.lists[index]);
  ask<decoded_text>(
      some_tokenizer(), decode_tokens{ids, request.skip_special_tokens}, ask_deadline,
      [this, index](const decoded_text& answer) { on_decoded(index, answer); },
      [this](const caf::error&) { fail_request(peer_failure("tokenizer")); });
}

void session::on_decoded(std::size_t index, const decoded_text& answer) {
  if (answers_due_ == 0)
    return; // the request has failed already
  if (answer.failure) {
    answers_due_ = 0;
    return fail_request(*answer.failure);
  }
  texts_[index] = answer.text;
  if (--answers_due_ > 0)
    return;
  const auto& request = std::get<net::detokenize_request>(start_->body);
  auto response = net::detokenize_response(texts_, request.is_array_of_arrays);
  tell(start_->gateway, whole_answer{start_->exchange, std::move(response.body)});
  end();
}

/// `echo` with max_tokens 0: the prompt is the answer.
void session::answer_scoring(const net::completion_request& request) {
  std::vector<length_plan> lengths;
  for (const auto& prompt : prompts_)
    lengths.push_back({static_cast<std::int32_t>(prompt.ids->size()), 0, false});
  prepare(lengths);
  auto deltas = std::make_shared<std::vector<sequence_delta>>();
  auto choices = prompts_.size() * static_cast<std::size_t>(request.generation.n);
  for (std::size_t i = 0; i < choices; ++i) {
    sequence_delta delta;
    delta.exchange = start_->exchange;
    delta.choice = static_cast<std::uint32_t>(i);
    delta.finish = finish_info{finish_kind::length, {}, {}, {}};
    deltas->push_back(std::move(delta));
  }
  tell(start_->gateway, step_deltas{std::move(deltas)});
}

// -- answers with one --------------------------------------------------------------------

result<std::vector<length_plan>> session::plan_lengths(const net::generation_fields& fields) {
  std::vector<length_plan> lengths;
  for (auto& prompt : prompts_) {
    HADAL_TRY_ASSIGN(plan, plan_length(static_cast<std::int64_t>(prompt.ids->size()),
                                       fields.max_tokens, start_->parts->executor.context_length,
                                       start_->allow_auto_truncate));
    if (plan.truncated) {
      auto cut = *prompt.ids;
      cut.resize(static_cast<std::size_t>(plan.prompt_tokens));
      prompt.ids = std::make_shared<const std::vector<token_id>>(std::move(cut));
    }
    lengths.push_back(plan);
  }
  return lengths;
}

void session::prepare(const std::vector<length_plan>& lengths) {
  request_prepared prepared;
  prepared.exchange = start_->exchange;
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    auto& prompt = prompts_[i];
    prepared.prompts.push_back(
        {static_cast<std::uint32_t>(prompt.ids->size()), std::move(prompt.text), prompt.ids});
    if (lengths[i].truncated)
      prepared.headers.push_back(
          {"X-Hadal-Truncated", fmt::format("prompt={}, max_tokens={}", lengths[i].prompt_tokens,
                                            lengths[i].max_tokens)});
  }
  tell(start_->gateway, std::move(prepared));
}

std::shared_ptr<const std::vector<sequence_spec>>
session::make_sequences(const net::generation_fields& fields,
                        const model::sampling_params& sampling,
                        const std::vector<length_plan>& lengths) {
  auto specs = std::make_shared<std::vector<sequence_spec>>();
  auto seed = fields.seed ? static_cast<std::uint64_t>(*fields.seed) : env().next_random();
  const auto& parsers = start_->parts->parsers;
  const auto constraint = make_constraint(sampling);
  for (std::size_t p = 0; p < prompts_.size(); ++p)
    for (std::int32_t i = 0; i < fields.n; ++i) {
      auto choice = static_cast<std::uint32_t>(specs->size());
      output_spec output;
      output.exchange = start_->exchange;
      output.choice = choice;
      output.gateway = caf::actor_cast<caf::strong_actor_ptr>(start_->gateway);
      output.stop = fields.stop;
      if (const auto* chat = std::get_if<net::chat_request>(&start_->body))
        output.format = answer_format_of(*chat, start_->parts->facts, prompts_[p].reasoning);
      output.call_id_seed = env().next_random();
      output.include_stop_str_in_output = fields.include_stop_str_in_output;
      output.skip_special_tokens = fields.skip_special_tokens;
      output.min_tokens = sampling.min_tokens;
      output.logprobs = sampling.logprobs;
      output.return_token_ids = fields.return_token_ids || !start_->parts->facts.has_tokenizer;
      sequence_spec spec;
      spec.sequence = env().next_sequence();
      spec.prompt_ids = prompts_[p].ids;
      spec.sampling = sampling;
      spec.seed = model::choice_seed(seed, choice);
      spec.max_tokens = lengths[p].max_tokens;
      spec.output = std::make_shared<const output_spec>(std::move(output));
      spec.constraint = constraint;
      spec.parser = parsers[raw(spec.sequence) % parsers.size()];
      specs->push_back(std::move(spec));
    }
  return specs;
}

model::output_constraint_ptr session::make_constraint(const model::sampling_params& sampling) {
  if (!grammar_)
    return nullptr;
  model::output_constraint constraint{grammar_, sampling.end_token_ids, std::nullopt};
  const auto& facts = start_->parts->facts;
  if (const auto* chat = std::get_if<net::chat_request>(&start_->body);
      chat && facts.thinking &&
      answer_format_of(*chat, facts, prompts_[0].reasoning).starts_in_reasoning)
    constraint.reasoning_end = facts.thinking->close_id;
  return std::make_shared<const model::output_constraint>(std::move(constraint));
}

void session::compile(const net::generation_fields& fields, const logprobs_wish& wish) {
  cancelled_ = std::make_shared<std::atomic<bool>>(false);
  ask<grammar_answer>(
      start_->parts->compiler,
      compile_grammar{std::make_shared<const model::constraint_source>(*constraint_), cancelled_},
      ask_deadline,
      [this, &fields, wish](const grammar_answer& answer) {
        if (answer.failure)
          return fail_request(*answer.failure);
        grammar_ = answer.grammar;
        submit(fields, wish);
      },
      [this](const caf::error&) { fail_request(peer_failure("grammar's compiler")); });
}

void session::submit(const net::generation_fields& fields, const logprobs_wish& wish) {
  if (constraint_ && !grammar_ && start_->parts->executor.takes_masks)
    return compile(fields, wish);
  auto sampling = plan_sampling(fields, wish, *start_->parts);
  if (!sampling)
    return fail_request(sampling.error());
  if (grammar_ && sampling->end_token_ids.empty())
    return fail_request({error_code::invalid_request,
                         "an answer under a grammar ends with an end token, and there is none: "
                         "`ignore_eos` is set, or the model names none",
                         constraint_->param});
  auto lengths = plan_lengths(fields);
  if (!lengths)
    return fail_request(lengths.error());
  auto specs = make_sequences(fields, *sampling, *lengths);
  prepare(*lengths);
  submitted_ = true;
  ask<admission>(
      start_->parts->scheduler, submit_sequences{start_->request, std::move(specs)}, ask_deadline,
      [this](const admission& answer) {
        if (answer.refusal)
          fail_request(*answer.refusal);
      },
      [this](const caf::error&) { fail_request(peer_failure("scheduler")); });
}

// -- the end -------------------------------------------------------------------------------

void session::give_up() {
  if (submitted_)
    tell_urgently(start_->parts->scheduler, cancel_request{start_->request});
  end();
}

void session::fail_request(error failure) {
  if (submitted_)
    tell_urgently(start_->parts->scheduler, cancel_request{start_->request});
  tell(start_->gateway, request_failed{start_->exchange, std::move(failure)});
  end();
}

void session::end() {
  if (cancelled_)
    cancelled_->store(true, std::memory_order_relaxed);
  prompts_.clear();
  this->quit();
}

} // namespace hadal::actors
