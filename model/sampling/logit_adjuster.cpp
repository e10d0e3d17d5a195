#include "model/sampling/logit_adjuster.hpp"

#include <algorithm>
#include <limits>

namespace hadal::model {

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

} // namespace hadal::model
