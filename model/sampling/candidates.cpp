#include "model/sampling/candidates.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hadal::model {

namespace {

// How many candidates are ranked first, and by what the number grows while top-p wants more: a
// sharp distribution needs a handful, a flat one all of them.
constexpr std::size_t first_ranked = 128;
constexpr std::size_t ranked_growth = 8;

/// Walks weights until their sum passes `target`; the last one with any weight is the end.
template <class Weight>
std::size_t walk(std::size_t count, double target, Weight weight) {
  std::size_t last = 0;
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double w = weight(i);
    if (w <= 0.0)
      continue;
    last = i;
    sum += w;
    if (sum > target)
      break;
  }
  return last;
}

} // namespace

token_id argmax(std::span<const float> logits) noexcept {
  return static_cast<token_id>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

candidate_chooser::candidate_chooser(std::int32_t vocab_size) {
  weights_.resize(static_cast<std::size_t>(vocab_size));
  candidates_.reserve(static_cast<std::size_t>(vocab_size));
}

token_id candidate_chooser::choose(std::span<const float> logits, const sampling_params& params,
                                   double uniform) {
  HADAL_ASSERT(!logits.empty() && logits.size() <= weights_.size());
  const token_id best = argmax(logits);
  const float largest = logits[static_cast<std::size_t>(best)];
  if (largest == -std::numeric_limits<float>::infinity())
    return best; // everything is masked
  const bool top_k = params.top_k > 0 && static_cast<std::size_t>(params.top_k) < logits.size();
  if (!top_k && params.top_p >= 1.0f && params.min_p <= 0.0f)
    return choose_any(logits, largest, params.temperature, uniform);

  // Weights are relative to the best candidate's, which is 1.
  const double scale = 1.0 / static_cast<double>(params.temperature);
  const auto weight = [&](float logit) {
    return std::exp((static_cast<double>(logit) - largest) * scale);
  };
  collect(logits, top_k ? static_cast<std::size_t>(params.top_k) : logits.size());
  double wanted = std::numeric_limits<double>::infinity();
  if (params.top_p < 1.0f) {
    double total = 0.0;
    for (const candidate& c : candidates_)
      total += weight(c.logit);
    wanted = static_cast<double>(params.top_p) * total;
  }
  std::size_t kept = 0;
  double mass = 0.0;
  while (kept < candidates_.size() && mass < wanted) {
    if (kept == ranked_)
      rank(std::min(candidates_.size(), std::max(first_ranked, ranked_ * ranked_growth)));
    const double w = weight(candidates_[kept].logit);
    if (kept > 0 && w < params.min_p)
      break;
    weights_[kept++] = w;
    mass += w;
  }
  const std::size_t chosen = walk(kept, uniform * mass, [&](std::size_t i) { return weights_[i]; });
  return candidates_[chosen].id;
}

void candidate_chooser::collect(std::span<const float> logits, std::size_t count) {
  candidates_.clear();
  ranked_ = 0;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (logits[i] > -std::numeric_limits<float>::infinity())
      candidates_.push_back({logits[i], static_cast<token_id>(i)});
  if (count < candidates_.size()) {
    rank(count);
    candidates_.resize(count);
  }
}

token_id candidate_chooser::choose_any(std::span<const float> logits, float largest,
                                       float temperature, double uniform) {
  const double scale = 1.0 / static_cast<double>(temperature);
  double total = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    weights_[i] = std::exp((static_cast<double>(logits[i]) - largest) * scale);
    total += weights_[i];
  }
  return static_cast<token_id>(
      walk(logits.size(), uniform * total, [&](std::size_t i) { return weights_[i]; }));
}

void candidate_chooser::rank(std::size_t count) {
  const auto before = [](const candidate& a, const candidate& b) {
    return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
  };
  const auto first = candidates_.begin() + static_cast<std::ptrdiff_t>(ranked_);
  const auto last = candidates_.begin() + static_cast<std::ptrdiff_t>(count);
  if (last != candidates_.end())
    std::nth_element(first, last, candidates_.end(), before);
  std::sort(first, last, before);
  ranked_ = count;
}

} // namespace hadal::model
