#include "actors/session/session.hpp"

#include "actors/session/prompt_sources.hpp"
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

/// The name of a prompt of a batch, as the client would write it.
std::string name_of_prompt(const request_body& body, std::size_t prompt) {
  const char* name = "prompt";
  bool numbered = false;
  if (auto* text = std::get_if<net::completion_request>(&body))
    numbered = text->prompt_is_array && text->prompts.size() > 1;
  if (auto* native = std::get_if<net::generate_request>(&body)) {
    name = native->text_is_ids ? "input_ids" : "text";
    numbered = native->is_batch;
  }
  return numbered ? fmt::format("{}[{}]", name, prompt) : std::string(name);
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
  const auto wishes = wishes_of_body();
  for (const auto& wish : wishes)
    if (!wish.fields->stop.empty() && !start_->parts->facts.has_tokenizer)
      return fail_request(needs_tokenizer("stop"));
  std::vector<prompt_source> sources;
  const prompt_defaults defaults{start_->parts->facts.reasoning_parser ==
                                 model::reasoning_parser::deepseek_r1};
  bool want_text = false;
  if (auto* chat = std::get_if<net::chat_request>(&start_->body)) {
    auto calls = tool_constraint_of(*chat, start_->parts->facts);
    if (!calls)
      return fail_request(calls.error());
    add_forms(*chat, std::move(*calls));
    sources.push_back(prompt_source_of(*chat, defaults));
  } else if (auto* text = std::get_if<net::completion_request>(&start_->body)) {
    sources = prompt_sources_of(*text);
    for (const auto& wish : wishes)
      forms_.add(wish.fields->constraint);
    want_text = text->echo;
    if (text->echo && !start_->parts->facts.has_tokenizer)
      return fail_request(needs_tokenizer("echo"));
  } else if (auto* native = std::get_if<net::generate_request>(&start_->body)) {
    sources = prompt_sources_of(*native);
    for (const auto& wish : wishes)
      forms_.add(wish.fields->constraint);
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
    prompts_.emplace_back().source = std::make_shared<const prompt_source>(std::move(source));
  encode_all(want_text);
}

void session::add_forms(const net::chat_request& chat, std::optional<tool_constraint> calls) {
  if (calls && calls->begin_in_place.empty())
    return forms_.add(std::move(calls->source), std::move(calls->looser));
  forms_.add(chat.generation.constraint);
  if (!calls)
    return;
  begin_of_calls_ = std::move(calls->begin_in_place);
  forms_.add_in_place(std::move(calls->source), std::move(calls->looser));
}

const tokenizer_actor& session::some_tokenizer() {
  const auto& all = start_->parts->tokenizers;
  return all[raw(start_->request) % all.size()];
}

void session::encode_all(bool want_text) {
  answers_due_ = prompts_.size();
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    // Ids are used unchanged: no tokenizer is needed, and there may be none.
    auto* ids = std::get_if<id_prompt>(prompts_[i].source.get());
    if (ids && !want_text) {
      encoded_prompt taken;
      taken.ids = std::make_shared<const std::vector<token_id>>(ids->ids);
      on_encoded(i, taken);
    } else {
      encode(i, some_tokenizer(), true);
    }
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
  prompts_[index].added_tokens = answer.added_tokens;
  prompts_[index].reasoning = answer.reasoning;
  if (--answers_due_ == 0)
    on_all_encoded();
}

void session::on_all_encoded() {
  if (auto* tokenize = std::get_if<net::tokenize_request>(&start_->body))
    return send_tokenized(*tokenize);
  if (auto checked = check_prompts(); !checked)
    return fail_request(checked.error());
  submit(wishes_of_body());
}

std::vector<session::prompt_wish> session::wishes_of_body() const {
  std::vector<prompt_wish> wishes;
  if (auto* chat = std::get_if<net::chat_request>(&start_->body)) {
    wishes.push_back({&chat->generation, {chat->logprobs, chat->top_logprobs, -1, false}});
  } else if (auto* text = std::get_if<net::completion_request>(&start_->body)) {
    auto from = text->echo && text->logprobs ? 0 : -1;
    wishes.assign(
        text->prompts.size(),
        {&text->generation, {text->logprobs.has_value(), text->logprobs.value_or(0), from, false}});
  } else if (auto* native = std::get_if<net::generate_request>(&start_->body)) {
    for (const auto& prompt : native->prompts)
      wishes.push_back({&prompt.generation,
                        {prompt.return_logprob, prompt.top_logprobs_num, prompt.logprob_start_len,
                         prompt.return_logprob}});
  }
  return wishes;
}

/// Checks that every prompt has tokens, all of the model; messages name the prompt.
result<void> session::check_prompts() const {
  auto vocabulary = start_->parts->executor.vocab_size;
  for (std::size_t p = 0; p < prompts_.size(); ++p) {
    auto name = name_of_prompt(start_->body, p);
    auto param = name.substr(0, name.find('['));
    const auto& ids = *prompts_[p].ids;
    if (ids.empty())
      return fail(error_code::invalid_request, fmt::format("`{}` is empty", name), param);
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] < 0 || ids[i] >= vocabulary)
        return fail(error_code::invalid_request,
                    fmt::format("token id {} at `{}[{}]` is not one of the model's 0 to {}", ids[i],
                                name, i, vocabulary - 1),
                    param);
  }
  return {};
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

// -- answers with one --------------------------------------------------------------------

result<std::vector<length_plan>> session::plan_lengths(const std::vector<prompt_wish>& wishes) {
  std::vector<length_plan> lengths;
  for (std::size_t p = 0; p < prompts_.size(); ++p) {
    auto& prompt = prompts_[p];
    HADAL_TRY_ASSIGN(plan, plan_length(static_cast<std::int64_t>(prompt.ids->size()),
                                       wishes[p].fields->max_tokens,
                                       start_->parts->executor.context_length,
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
    prepared.prompts.push_back({static_cast<std::uint32_t>(prompt.ids->size()),
                                std::move(prompt.text), prompt.added_tokens, prompt.ids});
    if (lengths[i].truncated)
      prepared.headers.push_back(
          {"X-Hadal-Truncated", fmt::format("prompt={}, max_tokens={}", lengths[i].prompt_tokens,
                                            lengths[i].max_tokens)});
  }
  tell(start_->gateway, std::move(prepared));
}

output_spec session::output_of(const prompt_wish& wish, std::int32_t min_tokens) const {
  output_spec output;
  output.exchange = start_->exchange;
  output.sink = start_->gateway;
  output.stop = wish.fields->stop;
  output.include_stop_str_in_output = wish.fields->include_stop_str_in_output;
  output.skip_special_tokens = wish.fields->skip_special_tokens;
  output.min_tokens = min_tokens;
  output.logprobs = wish.logprobs.logprobs;
  output.logprobs_of_all_tokens = wish.logprobs.all_tokens;
  output.return_token_ids = wish.fields->return_token_ids || !start_->parts->facts.has_tokenizer;
  return output;
}

result<std::shared_ptr<const std::vector<sequence_spec>>>
session::make_sequences(const std::vector<prompt_wish>& wishes,
                        const std::vector<length_plan>& lengths) {
  auto specs = std::make_shared<std::vector<sequence_spec>>();
  auto drawn = env().next_random();
  bool native = std::holds_alternative<net::generate_request>(start_->body);
  const auto& parsers = start_->parts->parsers;
  for (std::size_t p = 0; p < prompts_.size(); ++p) {
    const auto& wish = wishes[p];
    HADAL_TRY_ASSIGN(sampling, plan_sampling(*wish.fields, wish.logprobs, *start_->parts));
    if (wish.logprobs.prompt_from > lengths[p].prompt_tokens)
      return fail(error_code::invalid_request,
                  fmt::format("`logprob_start_len` is {} and the prompt has {} tokens",
                              wish.logprobs.prompt_from, lengths[p].prompt_tokens),
                  "logprob_start_len");
    HADAL_TRY_ASSIGN(constraint, make_constraint(p, sampling));
    auto output = output_of(wish, sampling.min_tokens);
    if (const auto* chat = std::get_if<net::chat_request>(&start_->body))
      output.format =
          answer_format_of(*chat, start_->parts->facts, prompts_[p].reasoning, constraint.get());
    auto seed = wish.fields->seed ? static_cast<std::uint64_t>(*wish.fields->seed) : drawn;
    for (std::int32_t i = 0; i < wish.fields->n; ++i) {
      output.choice = static_cast<std::uint32_t>(specs->size());
      output.format.calls.id_seed = env().next_random();
      sequence_spec spec;
      spec.sequence = env().next_sequence();
      spec.prompt_ids = prompts_[p].ids;
      spec.sampling = sampling;
      // With an explicit seed a prompt of a batch gets the same answer as alone.
      auto index = native && wish.fields->seed ? static_cast<std::uint32_t>(i) : output.choice;
      spec.seed = model::choice_seed(seed, index);
      spec.max_tokens = lengths[p].max_tokens;
      if (wish.logprobs.prompt_from != lengths[p].prompt_tokens)
        spec.scored_from = wish.logprobs.prompt_from;
      spec.scored_top = wish.logprobs.top_logprobs;
      spec.output = std::make_shared<const output_spec>(output);
      spec.constraint = constraint;
      spec.parser = parsers[raw(spec.sequence) % parsers.size()];
      specs->push_back(std::move(spec));
    }
  }
  return std::shared_ptr<const std::vector<sequence_spec>>(std::move(specs));
}

result<model::output_constraint_ptr>
session::make_constraint(std::size_t prompt, const model::sampling_params& sampling) const {
  const auto grammar = forms_.grammar(prompt);
  if (!grammar)
    return nullptr;
  if (sampling.end_token_ids.empty())
    return fail(error_code::invalid_request,
                "an answer under a grammar ends with an end token, and there is none: "
                "`ignore_eos` is set, or the model names none",
                forms_.param(prompt));
  model::output_constraint constraint{grammar, sampling.end_token_ids, {}, {}};
  if (auto calls = forms_.grammar_in_place(prompt))
    constraint.calls = {std::move(calls), begin_of_calls_};
  if (reasons_first(std::get_if<net::chat_request>(&start_->body), prompts_[prompt].reasoning,
                    *prompts_[prompt].ids, start_->parts->facts))
    constraint.reasoning_end = start_->parts->facts.thinking->close_id;
  return std::make_shared<const model::output_constraint>(std::move(constraint));
}

void session::compile(std::shared_ptr<const model::constraint_source> source) {
  cancelled_ = std::make_shared<std::atomic<bool>>(false);
  ask<grammar_answer>(
      start_->parts->compiler, compile_grammar{std::move(source), cancelled_}, ask_deadline,
      [this](const grammar_answer& answer) {
        if (answer.failure && !forms_.loosen())
          return fail_request(*answer.failure);
        if (!answer.failure)
          forms_.compiled(answer.grammar);
        submit(wishes_of_body());
      },
      [this](const caf::error&) { fail_request(peer_failure("grammar's compiler")); });
}

void session::submit(const std::vector<prompt_wish>& wishes) {
  if (auto source = forms_.next(); source && start_->parts->executor.takes_masks)
    return compile(std::move(source));
  auto lengths = plan_lengths(wishes);
  if (!lengths)
    return fail_request(lengths.error());
  auto specs = make_sequences(wishes, *lengths);
  if (!specs)
    return fail_request(specs.error());
  prepare(*lengths);
  submitted_ = true;
  ask<admission>(
      start_->parts->scheduler, submit_sequences{start_->request, std::move(*specs)}, ask_deadline,
      [this](const admission& answer) {
        if (answer.refusal)
          fail_request(*answer.refusal);
      },
      [this](const caf::error&) { fail_request(peer_failure("scheduler")); });
  forget_request();
}

/// Frees the request: the sequences have all that is needed, and may run for hours.
void session::forget_request() {
  start_->body = request_body();
  prompts_ = {};
  forms_ = {};
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
