#pragma once
// From encoded prompts to what the scheduler runs: checks against the model, lengths, constraints
// and one sequence per choice. Pure but for the draws of the environment, which are made in a fixed
// order: one for the request, then one per choice.

#include "actors/protocol/gateway.hpp"
#include "actors/protocol/scheduler.hpp"
#include "actors/protocol/service.hpp"
#include "actors/protocol/tokenizer.hpp"
#include "actors/runtime/environment.hpp"
#include "actors/session/generation_plan.hpp"
#include "actors/session/generation_request.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace hadal::actors {

/// Errors: invalid_request: a prompt is empty or has an id that the model does not have. The
/// message names the prompt; `prompts` are those of the request.
result<void> check_prompts(const generation_request& request,
                           std::span<const protocol::encoded_prompt> prompts,
                           std::int32_t vocab_size);

/// One plan per prompt; prompts that are too long are cut. Errors: as plan_length.
result<std::vector<length_plan>> plan_lengths(const generation_request& request,
                                              std::vector<protocol::encoded_prompt>& prompts,
                                              std::int32_t context_length, bool auto_truncate);

/// Who runs the sequences of a request, and where their answers go.
struct answer_path {
  net::exchange_id exchange{};
  protocol::delta_sink_actor sink;
  protocol::scheduler_actor scheduler;
  std::span<const protocol::parser_actor> parsers; // never empty; a sequence has one of them
};

/// What the gateway is told of the prompts, with their texts moved out; a header for each prompt
/// that was cut.
protocol::request_prepared prepared_of(const answer_path& path,
                                       std::vector<protocol::encoded_prompt>& prompts,
                                       std::span<const length_plan> lengths);

/// The constraint of one prompt's answer, from its compiled grammar; null: none. Errors:
/// invalid_request: no end token would end the answer.
result<model::output_constraint_ptr> constraint_of(const generation_request& request,
                                                   std::size_t prompt,
                                                   const protocol::encoded_prompt& encoded,
                                                   const model::sampling_params& sampling,
                                                   const protocol::model_facts& facts);

/// The choices of all prompts, those of the first prompt first. Errors: as plan_sampling and
/// constraint_of; invalid_request (param = "logprob_start_len": beyond the prompt).
result<std::shared_ptr<const std::vector<protocol::sequence_spec>>>
make_sequences(const generation_request& request, std::span<const protocol::encoded_prompt> prompts,
               std::span<const length_plan> lengths, const protocol::model_facts& facts,
               const model::executor_info& executor, const answer_path& path,
               runtime::environment& env);

} // namespace hadal::actors
