#include "actors/session/sequence_plan.hpp"

#include "model/sampling/choice_seed.hpp"

#include <fmt/core.h>
#include <utility>

namespace hadal::actors {

using namespace protocol;

result<void> check_prompts(const generation_request& request,
                           std::span<const encoded_prompt> prompts, std::int32_t vocab_size) {
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    const auto& name = request.prompts[p].name;
    const auto param = name.substr(0, name.find('['));
    const auto& ids = *prompts[p].ids;
    if (ids.empty())
      return fail(error_code::invalid_request, fmt::format("`{}` is empty", name), param);
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] < 0 || ids[i] >= vocab_size)
        return fail(error_code::invalid_request,
                    fmt::format("token id {} at `{}[{}]` is not one of the model's 0 to {}", ids[i],
                                name, i, vocab_size - 1),
                    param);
  }
  return {};
}

result<std::vector<length_plan>> plan_lengths(const generation_request& request,
                                              std::vector<encoded_prompt>& prompts,
                                              std::int32_t context_length, bool auto_truncate) {
  std::vector<length_plan> lengths;
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    auto& ids = prompts[p].ids;
    HADAL_TRY_ASSIGN(plan, plan_length(static_cast<std::int64_t>(ids->size()),
                                       request.prompts[p].fields->max_tokens, context_length,
                                       auto_truncate));
    if (plan.truncated)
      ids = std::make_shared<const std::vector<token_id>>(ids->begin(),
                                                          ids->begin() + plan.prompt_tokens);
    lengths.push_back(plan);
  }
  return lengths;
}

request_prepared prepared_of(const answer_path& path, std::vector<encoded_prompt>& prompts,
                             std::span<const length_plan> lengths) {
  request_prepared prepared;
  prepared.exchange = path.exchange;
  prepared.scheduler = path.scheduler;
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    auto& prompt = prompts[p];
    prepared.prompts.push_back({static_cast<std::uint32_t>(prompt.ids->size()),
                                std::move(prompt.text), prompt.added_tokens, prompt.ids});
    if (lengths[p].truncated)
      prepared.headers.push_back(
          {"X-Hadal-Truncated", fmt::format("prompt={}, max_tokens={}", lengths[p].prompt_tokens,
                                            lengths[p].max_tokens)});
  }
  return prepared;
}

result<model::output_constraint_ptr>
constraint_of(const generation_request& request, std::size_t prompt, const encoded_prompt& encoded,
              const model::sampling_params& sampling, const model_facts& facts) {
  const auto grammar = request.constraints.grammar(prompt);
  if (!grammar)
    return nullptr;
  if (sampling.end_token_ids.empty())
    return fail(error_code::invalid_request,
                "an answer under a grammar ends with an end token, and there is none: "
                "`ignore_eos` is set, or the model names none",
                request.constraints.param(prompt));
  model::output_constraint constraint{grammar, sampling.end_token_ids, {}, {}};
  if (auto calls = request.constraints.grammar_in_place(prompt))
    constraint.calls = {std::move(calls), request.begin_of_calls};
  if (reasons_first(request.chat.has_value(), encoded.reasoning, *encoded.ids, facts))
    constraint.reasoning_end = facts.thinking->close_id;
  return std::make_shared<const model::output_constraint>(std::move(constraint));
}

namespace {

/// Of one prompt's choices, but for the choice itself.
output_spec output_of(const generation_prompt& prompt, std::int32_t min_tokens,
                      const model_facts& facts, const answer_path& path) {
  output_spec output;
  output.exchange = path.exchange;
  output.sink = path.sink;
  output.stop = prompt.fields->stop;
  output.include_stop_str_in_output = prompt.fields->include_stop_str_in_output;
  output.skip_special_tokens = prompt.fields->skip_special_tokens;
  output.min_tokens = min_tokens;
  output.logprobs = prompt.logprobs.logprobs;
  output.logprobs_of_all_tokens = prompt.logprobs.all_tokens;
  output.return_token_ids = prompt.fields->return_token_ids || !facts.has_tokenizer;
  return output;
}

/// Of one prompt's choices, but for what each choice has of its own.
result<sequence_spec> sequence_of(const generation_prompt& prompt, const encoded_prompt& encoded,
                                  const length_plan& length) {
  const auto& logprobs = prompt.logprobs;
  if (logprobs.prompt_from > length.prompt_tokens)
    return fail(error_code::invalid_request,
                fmt::format("`logprob_start_len` is {} and the prompt has {} tokens",
                            logprobs.prompt_from, length.prompt_tokens),
                "logprob_start_len");
  sequence_spec spec;
  spec.prompt_ids = encoded.ids;
  spec.max_tokens = length.max_tokens;
  if (logprobs.prompt_from != length.prompt_tokens)
    spec.scored_from = logprobs.prompt_from;
  spec.scored_top = logprobs.top_logprobs;
  return spec;
}

} // namespace

result<std::shared_ptr<const std::vector<sequence_spec>>>
make_sequences(const generation_request& request, std::span<const encoded_prompt> prompts,
               std::span<const length_plan> lengths, const model_facts& facts,
               const model::executor_info& executor, const answer_path& path,
               runtime::environment& env) {
  auto specs = std::make_shared<std::vector<sequence_spec>>();
  const auto drawn = env.next_random();
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    const auto& prompt = request.prompts[p];
    const auto& fields = *prompt.fields;
    HADAL_TRY_ASSIGN(sampling, plan_sampling(fields, prompt.logprobs, facts, executor));
    HADAL_TRY_ASSIGN(spec, sequence_of(prompt, prompts[p], lengths[p]));
    HADAL_TRY_ASSIGN(constraint, constraint_of(request, p, prompts[p], sampling, facts));
    auto output = output_of(prompt, sampling.min_tokens, facts, path);
    if (request.chat)
      output.format =
          answer_format_of(*request.chat, fields, facts, prompts[p].reasoning, constraint.get());
    spec.sampling = std::move(sampling);
    spec.constraint = std::move(constraint);
    const auto seed = fields.seed ? static_cast<std::uint64_t>(*fields.seed) : drawn;
    const bool alone = request.seeds_prompts_alone && fields.seed.has_value();
    for (std::int32_t i = 0; i < fields.n; ++i) {
      output.choice = static_cast<std::uint32_t>(specs->size());
      output.format.calls.id_seed = env.next_random();
      spec.sequence = env.next_sequence();
      spec.seed = model::choice_seed(seed, alone ? static_cast<std::uint32_t>(i) : output.choice);
      spec.output = std::make_shared<const output_spec>(output);
      spec.parser = path.parsers[raw(spec.sequence) % path.parsers.size()];
      specs->push_back(spec);
    }
  }
  return std::shared_ptr<const std::vector<sequence_spec>>(std::move(specs));
}

} // namespace hadal::actors
