#include "kernels/cpu/sampling/cpu_sampler.hpp"

#include "base/assert.hpp"
#include "kernels/cpu/sampling/logprobs.hpp"

namespace hadal::kernels {

cpu_sampler::cpu_sampler(const sampler_shape& shape, std::vector<token_id>& slot_tokens)
  : shape_(shape), slots_(shape.vocab_size, shape.sampled_vocab_size, shape.slots),
    slot_tokens_(slot_tokens) {
  slot_tokens_.assign(shape.slots, -1);
}

std::span<const float> cpu_sampler::row_of(const_tensor_view logits, std::uint32_t row) const {
  HADAL_ASSERT(logits.cols == shape_.vocab_size);
  return {logits.row<float>(row), static_cast<std::size_t>(logits.cols)};
}

void cpu_sampler::sample(const_tensor_view logits, std::span<const sequence_sample> sequences,
                         std::vector<sampled_run>& runs, std::vector<sampled_token>& tokens) {
  for (const sequence_sample& sequence : sequences) {
    if (sequence.open != nullptr)
      slots_.open(sequence.slot, sequence.open);
    const token_mask* const mask = sequence.masks.empty() ? nullptr : sequence.masks.front().get();
    runs.push_back({sequence.slot, static_cast<std::uint32_t>(tokens.size()), 1});
    tokens.push_back(slots_.sample(sequence.slot, sequence.output_index,
                                   row_of(logits, sequence.first_row), mask));
    slot_tokens_[sequence.slot] = slots_.last_token(sequence.slot);
  }
}

void cpu_sampler::score(const_tensor_view logits, std::span<const scored_row> rows,
                        std::vector<prompt_scores>& out) {
  for (const scored_row& scored : rows) {
    const std::span<const float> row = row_of(logits, scored.row);
    prompt_scores& scores = out[scored.sequence];
    scores.nonfinite = scores.nonfinite || scan_row(row).nonfinite;
    if (!scores.nonfinite)
      scores.tokens.push_back(score_token(row, scored.id, scored.top));
  }
}

} // namespace hadal::kernels
