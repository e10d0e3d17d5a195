#pragma once
// The executor of a real model: turns a forward_batch into the rows of a step, keeps the logits
// until they are sampled, and stores the last sampled token of each slot. A batch that is
// inconsistent or exceeds the executor's limits is a programmer error and asserts.

#include "model/deepseek/deepseek_model.hpp"
#include "model/execution/step_executor.hpp"
#include "model/sampling/sampler.hpp"

#include <vector>

namespace hadal::model {

class deepseek_executor final : public step_executor {
public:
  /// Ids >= `sampled_vocab_size` are never sampled. Slots: model->limits().step_sequences_max.
  deepseek_executor(std::unique_ptr<deepseek_model> model, std::int32_t sampled_vocab_size);

  const executor_info& info() const noexcept override { return info_; }
  result<void> forward(const forward_batch& batch) override;
  void sample(const sample_batch& batch, sampled_callback done) override;

private:
  void check(const forward_batch& batch, const sequence_extend& sequence) const;
  void add_rows(const forward_batch& batch, const sequence_extend& sequence);
  void add_scored_rows(const forward_batch& batch, const sequence_extend& sequence,
                       std::int32_t row_begin);
  result<void> score_prompts(const kernels::step_layout& step);

  std::unique_ptr<deepseek_model> model_;
  executor_info info_;
  sampler sampler_;

  // The rows of the current step; sized once for the largest step.
  std::vector<token_id> token_ids_;
  std::vector<std::int32_t> positions_;
  std::vector<kernels::step_sequence> sequences_;
  std::vector<std::int32_t> logit_rows_;
  std::vector<bool> slot_in_step_;

  page_tables tables_;

  // A scored prompt token: the row whose logits score it, and the place of the score.
  struct scored_row {
    std::int32_t row;
    token_id id;
    std::int32_t top;
    std::size_t sequence; // in scores_
  };
  std::vector<scored_row> scored_rows_;
  std::vector<prompt_scores> scores_;

  step_id forwarded_{};
  kernels::const_tensor_view logits_; // of `forwarded_`; no data before the first forward
};

} // namespace hadal::model
