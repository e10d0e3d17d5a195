#pragma once
// The executor of a real model: turns a forward_batch into the rows of a step, and a sample_batch
// into calls of the backend's sampler, which has the logits and the tokens of the slots. Nothing
// waits for the backend while at most steps_in_flight_max steps are without their `done`. A batch
// that is inconsistent or exceeds the executor's limits is a programmer error and asserts.

#include "base/limits.hpp"
#include "model/deepseek/deepseek_model.hpp"
#include "model/execution/step_executor.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace hadal::model {

class deepseek_executor final : public step_executor {
public:
  /// Slots: model->limits().step_sequences_max; `sampler` has as many.
  deepseek_executor(std::unique_ptr<deepseek_model> model,
                    std::unique_ptr<kernels::sampler> sampler);
  ~deepseek_executor() override;

  const executor_info& info() const noexcept override { return info_; }
  result<void> forward(const forward_batch& batch) override;
  void sample(const sample_batch& batch, sampled_callback done) override;

private:
  void check(const forward_batch& batch, const sequence_extend& sequence) const;
  void add_rows(const forward_batch& batch, const sequence_extend& sequence);
  void add_scored_rows(const forward_batch& batch, const sequence_extend& sequence,
                       std::int32_t row_begin);
  void score_prompts(kernels::step_layout step);

  std::unique_ptr<deepseek_model> model_;
  executor_info info_;
  std::unique_ptr<kernels::sampler> sampler_; // of the model's backend

  // The rows of the current step; sized once for the largest step.
  std::vector<token_id> token_ids_;
  std::vector<std::int32_t> positions_;
  std::vector<kernels::step_sequence> sequences_;
  std::vector<std::int32_t> logit_rows_;
  std::vector<bool> slot_in_step_;

  page_tables tables_;
  std::vector<kernels::scored_row> scored_rows_; // `row`: of the step, until its logits are made

  // A step from its forward to its `done`. The backend fills `sampled`; its thread calls finish.
  struct step_in_flight {
    sample_result sampled;
    sampled_callback done;
    std::atomic<bool> waits{false}; // for the backend

    void finish(result<void> outcome);
  };
  std::array<step_in_flight, limits::steps_in_flight_max> in_flight_;
  std::size_t current_ = 0; // of the forward that is not sampled yet, or of the next one
  step_id forwarded_{};
};

} // namespace hadal::model
