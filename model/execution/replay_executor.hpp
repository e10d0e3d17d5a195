#pragma once
// An executor that plays a script (`--device replay`) instead of running a model: a slot plays the
// first line whose `match` is in its prompt. Its tokens depend on the position only, so preemption
// and chunks change nothing. Sampling parameters, masks and budgets have no effect; the log
// probability of every token, also of prompts, is 0, and the list of most likely tokens has only
// that token. A prompt that no line matches fails its sequence with invalid_request.

#include "model/execution/replay_script.hpp"
#include "model/execution/step_executor.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hadal::model {

class tokenizer;

class replay_executor final : public step_executor {
public:
  /// `vocabulary` has the script's token_texts as its extension. `end_id` ends an answer; it is
  /// needed unless every line's `end` is "none" (-1: there is none). info.vocab_size and
  /// info.takes_masks are set here. Errors: invalid_config, naming file and line.
  static result<std::unique_ptr<replay_executor>> make(executor_info info,
                                                       const replay_script& script,
                                                       std::shared_ptr<const tokenizer> vocabulary,
                                                       token_id end_id);

  const executor_info& info() const noexcept override { return info_; }
  result<void> forward(const forward_batch& batch) override;
  void sample(const sample_batch& batch, sampled_callback done) override;

private:
  struct answer {
    std::string match;
    std::vector<token_id> ids; // the end token excluded
    std::uint32_t delay_us = 0;
    token_id after = 0; // repeated after the last of `ids`
  };
  struct slot_record {
    slot_state_ptr state;
    const answer* plays = nullptr; // null: no line matches
  };

  replay_executor(executor_info info, std::shared_ptr<const tokenizer> vocabulary);

  result<answer> tokenize(const replay_line& line, token_id end_id) const;
  const answer* choose(const std::vector<token_id>& prompt) const;
  sampled_token next(const slot_record& slot, std::int32_t output_index) const;

  executor_info info_;
  std::shared_ptr<const tokenizer> vocabulary_;
  std::shared_ptr<const error> no_line_;
  std::vector<answer> answers_; // in the script's order; constant after construction
  std::vector<slot_record> slots_;
  std::vector<prompt_scores> scores_; // of the forward that has not been sampled yet
  step_id forwarded_{};
};

} // namespace hadal::model
