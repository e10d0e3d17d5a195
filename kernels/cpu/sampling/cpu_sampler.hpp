#pragma once
// The sampler of the CPU backends: each call runs at once, row after row, in the calling thread.

#include "kernels/cpu/sampling/slot_sampler.hpp"
#include "kernels/ops/sampling.hpp"

#include <span>
#include <vector>

namespace hadal::kernels {

class cpu_sampler final : public sampler {
public:
  /// Keeps in `slot_tokens`, sized here, the token that each slot holds; -1: none. It outlives the
  /// sampler.
  cpu_sampler(const sampler_shape& shape, std::vector<token_id>& slot_tokens);

  void sample(const_tensor_view logits, std::span<const sequence_sample> sequences,
              std::vector<sampled_run>& runs, std::vector<sampled_token>& tokens) override;
  void score(const_tensor_view logits, std::span<const scored_row> rows,
             std::vector<prompt_scores>& out) override;

private:
  std::span<const float> row_of(const_tensor_view logits, std::uint32_t row) const;

  sampler_shape shape_;
  slot_sampler slots_;
  std::vector<token_id>& slot_tokens_;
};

} // namespace hadal::kernels
