#include "kernels/cpu/sampling/logprobs.hpp"

#include "kernels/cpu/sampling/row_passes.hpp"

#include <algorithm>
#include <cmath>

namespace hadal::kernels {

double log_sum_exp(std::span<const float> logits, float largest) noexcept {
  return largest + std::log(exponential_sum(logits, largest));
}

std::vector<token_logprob> top_logprobs(std::span<const float> logits, double log_sum,
                                        std::int32_t count) {
  const std::size_t k = std::min(static_cast<std::size_t>(std::max(count, 0)), logits.size());
  std::vector<token_id> best; // by falling logit
  best.reserve(k + 1);
  for (std::size_t i = 0; i < logits.size() && k > 0; ++i) {
    if (best.size() == k && logits[i] <= logits[static_cast<std::size_t>(best.back())])
      continue;
    const auto place =
        std::upper_bound(best.begin(), best.end(), logits[i], [&](float logit, token_id other) {
          return logit > logits[static_cast<std::size_t>(other)];
        });
    best.insert(place, static_cast<token_id>(i));
    if (best.size() > k)
      best.pop_back();
  }
  std::vector<token_logprob> top;
  top.reserve(k);
  for (const token_id id : best)
    top.push_back({id, static_cast<float>(logits[static_cast<std::size_t>(id)] - log_sum)});
  return top;
}

scored_token score_token(std::span<const float> logits, token_id id, std::int32_t count) {
  const double log_sum = log_sum_exp(logits, scan_row(logits).largest);
  return {id, static_cast<float>(logits[static_cast<std::size_t>(id)] - log_sum),
          top_logprobs(logits, log_sum, count)};
}

} // namespace hadal::kernels
