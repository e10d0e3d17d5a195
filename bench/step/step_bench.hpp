#pragma once
// Times an executor in process: prefill, time to the first token, decode, over batch sizes and
// prompt lengths. All prompts differ, and the token of a step reaches the next step through its
// slot, as in a scheduler. The number of tokens is checked here; whether they are right is checked
// by tests.

#include "base/result.hpp"
#include "model/execution/step_executor.hpp"
#include "model/layers/expert_hits.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hadal::bench {

struct step_plan {
  std::vector<std::int32_t> batches;
  std::vector<std::int32_t> input_lens;
  std::int32_t output_len = 64; // timed decode steps, after the first token
  std::int32_t repeats = 3;     // the median is reported
  std::int32_t chunk_tokens = 512;
  std::uint64_t seed = 1;
};

/// One batch size and prompt length: medians over the repeats, unless they say otherwise.
struct step_timing {
  std::int32_t batch = 0;
  std::int32_t input_len = 0;
  std::int32_t output_len = 0;
  double prefill_seconds = 0;     // of all prompts, one after the other
  double first_token_seconds = 0; // of the first prompt, its sampling included
  double step_seconds = 0;        // of one decode step of the whole batch: the median step
  double decode_seconds = 0;      // of all decode steps
  // The fastest step: on a busy machine the best measure of the program itself.
  double best_step_seconds = 0;
  double best_prefill_seconds = 0;
  double distinct_experts = 0;           // of a MoE layer in a decode step, mean
  std::vector<std::int64_t> expert_hits; // tokens per expert while decoding, all repeats

  double prefill_tokens_per_second() const noexcept {
    return static_cast<double>(batch) * input_len / prefill_seconds;
  }
  double decode_tokens_per_second() const noexcept {
    return static_cast<double>(batch) * output_len / decode_seconds;
  }
};

/// `hits` is filled by the executor, or null. `on_progress` gets a line before each timing. Errors:
/// the executor's; invalid_request when a batch or length does not fit its slots, pages or context
/// (param = "batch" or "input-len").
result<std::vector<step_timing>>
time_steps(model::step_executor& executor, const step_plan& plan, model::expert_hits* hits,
           const std::function<void(const std::string&)>& on_progress);

/// The middle value; the mean of the two middle ones. `values` must not be empty.
double median(std::vector<double> values);

} // namespace hadal::bench
