#include "kernels/cpu/queued/queued_sampler.hpp"

#include "kernels/cpu/queued/queued_backend.hpp"

namespace hadal::kernels {

void queued_sampler::sample(const_tensor_view logits, std::span<const sequence_sample> sequences,
                            std::vector<sampled_run>& runs, std::vector<sampled_token>& tokens) {
  backend_.enqueue([inner = inner_, logits, copy = std::vector(sequences.begin(), sequences.end()),
                    &runs, &tokens] { inner->sample(logits, copy, runs, tokens); });
}

void queued_sampler::score(const_tensor_view logits, std::span<const scored_row> rows,
                           std::vector<prompt_scores>& out) {
  backend_.enqueue([inner = inner_, logits, copy = std::vector(rows.begin(), rows.end()), &out] {
    inner->score(logits, copy, out);
  });
}

} // namespace hadal::kernels
