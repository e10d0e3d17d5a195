#include "kernels/cpu/sampling/logit_adjuster.hpp"

#include <algorithm>
#include <limits>

namespace hadal::kernels {

bool needs_history(const sampling_params& params) noexcept {
  return params.frequency_penalty != 0.0f || params.presence_penalty != 0.0f ||
         params.repetition_penalty != 1.0f;
}

bool needs_adjustment(const sampling_params& params, std::int32_t output_index) noexcept {
  return needs_history(params) || !params.logit_bias.empty() ||
         (output_index < params.min_tokens && !params.end_token_ids.empty());
}

void adjust_logits(const sampling_params& params, const token_history& history,
                   std::int32_t output_index, std::span<float> logits) {
  const auto inside = [&](token_id id) {
    return id >= 0 && static_cast<std::size_t>(id) < logits.size();
  };
  for (const auto& [id, bias] : params.logit_bias)
    if (inside(id))
      logits[static_cast<std::size_t>(id)] += bias;
  if (needs_history(params)) {
    for (const auto& [id, emitted] : history.tokens()) {
      if (!inside(id))
        continue;
      float& logit = logits[static_cast<std::size_t>(id)];
      logit = logit > 0.0f ? logit / params.repetition_penalty : logit * params.repetition_penalty;
      logit -= params.frequency_penalty * static_cast<float>(emitted);
      if (emitted > 0)
        logit -= params.presence_penalty;
      logit = std::min(logit, std::numeric_limits<float>::max()); // a tiny divisor overflows
    }
  }
  if (output_index < params.min_tokens)
    for (const token_id id : params.end_token_ids)
      if (inside(id))
        logits[static_cast<std::size_t>(id)] = -std::numeric_limits<float>::infinity();
}

void apply_mask(const token_mask& mask, std::span<float> logits) {
  const auto& words = mask.words();
  for (std::size_t begin = 0; begin < logits.size(); begin += 64) {
    const auto word = begin / 64 < words.size() ? words[begin / 64] : 0;
    const auto end = std::min(begin + 64, logits.size());
    if (word == 0) {
      std::fill(logits.begin() + static_cast<std::ptrdiff_t>(begin),
                logits.begin() + static_cast<std::ptrdiff_t>(end),
                -std::numeric_limits<float>::infinity());
      continue;
    }
    for (std::size_t i = begin; i < end; ++i)
      if ((word >> (i % 64) & 1) == 0)
        logits[i] = -std::numeric_limits<float>::infinity();
  }
}

bool all_refused(std::span<const float> logits) noexcept {
  return std::all_of(logits.begin(), logits.end(),
                     [](float x) { return x == -std::numeric_limits<float>::infinity(); });
}

} // namespace hadal::kernels
