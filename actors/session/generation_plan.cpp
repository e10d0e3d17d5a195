#include "actors/session/generation_plan.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <limits>

namespace hadal::actors {

namespace {

result<void> check_id(token_id id, const char* param, std::int32_t vocab_size) {
  if (id >= 0 && id < vocab_size)
    return {};
  return fail(error_code::invalid_request,
              fmt::format("{} names token {}, and the model's tokens are 0 to {}", param, id,
                          vocab_size - 1),
              param);
}

} // namespace

result<model::sampling_params> plan_sampling(const net::generation_fields& fields,
                                             const requested_logprobs& wanted,
                                             const protocol::model_facts& facts,
                                             const model::executor_info& executor) {
  const auto& defaults = facts.generation;
  model::sampling_params p;
  p.temperature = static_cast<float>(fields.temperature.value_or(defaults.temperature.value_or(1)));
  // 0, also after rounding to float, means the smallest positive value: only the likeliest token
  // remains.
  p.top_p = std::max(static_cast<float>(fields.top_p.value_or(defaults.top_p.value_or(1))),
                     std::numeric_limits<float>::min());
  p.top_k = static_cast<std::int32_t>(fields.top_k.value_or(defaults.top_k.value_or(-1)));
  if (p.top_k <= 0)
    p.top_k = -1; // generation_config writes "off" as 0
  p.min_p = static_cast<float>(fields.min_p.value_or(0));
  if (!fields.temperature && defaults.do_sample && !*defaults.do_sample)
    p.temperature = 0;
  p.frequency_penalty = static_cast<float>(fields.frequency_penalty.value_or(0));
  p.presence_penalty = static_cast<float>(fields.presence_penalty.value_or(0));
  p.repetition_penalty = static_cast<float>(fields.repetition_penalty.value_or(1));
  for (const auto& entry : fields.logit_bias) {
    HADAL_TRY(check_id(entry.token, "logit_bias", executor.vocab_size));
    p.logit_bias.emplace_back(entry.token, static_cast<float>(entry.bias));
  }
  p.min_tokens =
      static_cast<std::int32_t>(std::min<std::int64_t>(fields.min_tokens, executor.context_length));
  if (!fields.ignore_eos)
    p.end_token_ids = facts.eos_token_ids;
  for (auto id : fields.stop_token_ids) {
    HADAL_TRY(check_id(id, "stop_token_ids", executor.vocab_size));
    if (std::find(p.end_token_ids.begin(), p.end_token_ids.end(), id) == p.end_token_ids.end())
      p.end_token_ids.push_back(id);
  }
  if (fields.thinking_budget) {
    if (!facts.thinking)
      return fail(
          error_code::invalid_request,
          "the model has no tokens that open and close reasoning, so no thinking budget can "
          "be kept",
          "thinking_budget");
    p.thinking = model::thinking_budget{*fields.thinking_budget, *facts.thinking};
  }
  p.logprobs = wanted.logprobs;
  p.top_logprobs = wanted.top_logprobs;
  return p;
}

model::answer_format answer_format_of(const chat_parsing& chat,
                                      const net::generation_fields& fields,
                                      const protocol::model_facts& facts,
                                      model::prompt_reasoning prompt,
                                      const model::output_constraint* bound) {
  model::answer_format format;
  format.reasoning = facts.reasoning_parser;
  format.starts_in_reasoning = model::starts_in_reasoning(facts.reasoning_parser, prompt);
  format.separate_reasoning = chat.separate_reasoning;
  format.stream_reasoning = chat.stream_reasoning;
  if (chat.choice != net::tool_choice::none)
    format.tools = facts.tool_call_parser;
  if (bound && bound->calls &&
      fields.constraint->kind != net::constraint_field::kind_type::structural_tag) {
    format.calls_or_text = true;
    format.reasons_unparsed = bound->reasoning_end.has_value();
  }
  const bool whole = format.calls_or_text || // a grammar's: it cannot break
                     chat.choice == net::tool_choice::required ||
                     chat.choice == net::tool_choice::named;
  // Any stop may cut a call.
  const bool unbreakable = whole && fields.stop.empty() && fields.stop_token_ids.empty();
  format.calls.live = (facts.live_tool_calls || unbreakable) && fields.stream;
  format.calls.first_call_only = !chat.parallel_tool_calls;
  return format;
}

bool reasons_first(bool is_chat, model::prompt_reasoning prompt, std::span<const token_id> ids,
                   const protocol::model_facts& facts) {
  if (!facts.thinking)
    return false;
  if (is_chat && model::starts_in_reasoning(facts.reasoning_parser, prompt))
    return true;
  const auto mark = std::find_if(ids.rbegin(), ids.rend(), [&](token_id id) {
    return id == facts.thinking->open_id || id == facts.thinking->close_id;
  });
  return mark != ids.rend() && *mark == facts.thinking->open_id;
}

result<length_plan> plan_length(std::int64_t prompt_tokens, std::optional<std::int64_t> max_tokens,
                                std::int32_t context_length, bool auto_truncate) {
  auto room = context_length - prompt_tokens;
  length_plan plan;
  if (room >= max_tokens.value_or(1)) {
    plan.prompt_tokens = static_cast<std::int32_t>(prompt_tokens);
    plan.max_tokens = static_cast<std::int32_t>(max_tokens.value_or(room));
    return plan;
  }
  if (!auto_truncate) {
    // Clients recognise this error by the begin of its two forms.
    auto what = prompt_tokens > context_length
                    ? "The prompt is longer than the model's context length"
                    : "Requested token count exceeds the model's maximum context length";
    auto wanted = max_tokens ? fmt::format("max_tokens asks for {} more, {} in all", *max_tokens,
                                           prompt_tokens + *max_tokens)
                             : std::string("no token is left for a completion (max_tokens 0)");
    return fail(error_code::context_length_exceeded,
                fmt::format("{} of {} tokens: the prompt has {} and {}", what, context_length,
                            prompt_tokens, wanted),
                max_tokens ? "max_tokens" : "");
  }
  plan.truncated = true;
  auto least = max_tokens == 0 ? 0 : 1;
  plan.prompt_tokens =
      static_cast<std::int32_t>(std::min<std::int64_t>(prompt_tokens, context_length - least));
  plan.max_tokens = context_length - plan.prompt_tokens;
  return plan;
}

} // namespace hadal::actors
