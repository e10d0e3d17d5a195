#pragma once
// An executor without a model (`--device null`): pseudo-random tokens at no cost, for benchmarks of
// everything in front of a model. A token is a function of the slot's seed and output_index.
// Sampling parameters except masks have no effect; under a mask the next allowed token is taken,
// from `tokens` if it allows one of them. Logprobs of sampled tokens and of prompts are those of a
// uniform choice.

#include "model/execution/step_executor.hpp"

#include <vector>

namespace hadal::model {

class null_executor final : public step_executor {
public:
  /// `tokens` are the ids to choose from, printable ones for instance; empty: every id below
  /// info.vocab_size.
  null_executor(const executor_info& info, std::vector<token_id> tokens);

  const executor_info& info() const noexcept override { return info_; }
  result<void> forward(const forward_batch& batch) override;
  void sample(const sample_batch& batch, sampled_callback done) override;

private:
  token_id choice(std::uint64_t index) const noexcept {
    return tokens_.empty() ? static_cast<token_id>(index) : tokens_[index];
  }
  std::uint64_t choices() const noexcept {
    return tokens_.empty() ? static_cast<std::uint64_t>(info_.vocab_size) : tokens_.size();
  }

  token_id allowed(const kernels::token_mask& mask, std::uint64_t first) const noexcept;
  float uniform_logprob() const noexcept;
  std::vector<token_logprob> uniform_top(std::uint64_t first, std::int32_t count) const;

  executor_info info_;
  std::vector<token_id> tokens_;
  std::vector<slot_state_ptr> slots_;
  std::vector<prompt_scores> scores_; // of the forward that has not been sampled yet
  step_id forwarded_{};
};

} // namespace hadal::model
