#pragma once
// Translates a client's request for the scheduler: sampling parameters with the model's defaults,
// end tokens, the room in the context, seeds. Pure.

#include "actors/protocol/scheduler.hpp"
#include "actors/protocol/service.hpp"
#include "actors/session/generation_request.hpp"
#include "base/result.hpp"
#include "model/chat/output/answer_splitter.hpp"
#include "model/chat/output/prompt_reasoning.hpp"
#include "model/grammar/constrained_output.hpp"
#include "net/openai/generation_fields.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace hadal::actors {

/// Sampling parameters: those of the request, else generation_config's, else temperature 1, top_p 1
/// and nothing else. Errors: invalid_request (param = "logit_bias" or "stop_token_ids": an id that
/// the model does not have; "thinking_budget": the model has no marks of reasoning).
result<model::sampling_params> plan_sampling(const net::generation_fields& fields,
                                             const requested_logprobs& wanted,
                                             const protocol::model_facts& facts,
                                             const model::executor_info& executor);

/// The parts of the answers of a chat; `prompt` says whether its prompt opens the reasoning,
/// `bound` is its constraint (null: none). Calls are parsed if the request has tools and allows
/// calls. In a stream they are live if the server is set so, or if they cannot break: they are
/// forced, or replace a constrained text, and no stop of the request can cut them. A structural tag
/// may have calls in its text; other constraints have none.
model::answer_format answer_format_of(const chat_parsing& chat,
                                      const net::generation_fields& fields,
                                      const protocol::model_facts& facts,
                                      model::prompt_reasoning prompt,
                                      const model::output_constraint* bound = nullptr);

/// True if the answer begins inside its reasoning, which is never constrained: if a chat's answer
/// is split so, or if the last think token of the prompt opens it. Never for a model without such
/// tokens.
bool reasons_first(bool is_chat, model::prompt_reasoning prompt, std::span<const token_id> ids,
                   const protocol::model_facts& facts);

/// The number of tokens a prompt may get, and how many of its own are kept.
struct length_plan {
  std::int32_t prompt_tokens = 0;
  std::int32_t max_tokens = 0;
  bool truncated = false;
};

/// Without `max_tokens`: the rest of the context. Errors: context_length_exceeded, with the three
/// numbers; never when `auto_truncate` (then what is over is cut: first the completion, then the
/// prompt's end; one token is left, or none where max_tokens is 0).
result<length_plan> plan_length(std::int64_t prompt_tokens, std::optional<std::int64_t> max_tokens,
                                std::int32_t context_length, bool auto_truncate);

} // namespace hadal::actors
