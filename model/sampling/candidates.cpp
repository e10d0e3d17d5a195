#include "model/sampling/candidates.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace hadal::model {

namespace {

// How many candidates are ranked first, and by what the number grows while top-p wants more: a
// sharp distribution needs a handful, a flat one all of them.
constexpr std::size_t first_ranked = 128;
constexpr std::size_t ranked_growth = 8;

// Candidates are sought in a row down to the first of these depths under the best logit, in units
// of the temperature, and further down only where they are not enough.
constexpr std::array depths = {4.0f, 7.0f, 10.0f, 14.0f};
constexpr double infinity = std::numeric_limits<double>::infinity();

bool limits_rank(const sampling_params& params, std::size_t logits) {
  return params.top_k > 0 && static_cast<std::size_t>(params.top_k) < logits;
}

/// Walks weights until their sum passes `target`; the last one with any weight is the end.
template <class Weights>
std::size_t walk(const Weights& weights, double target) {
  std::size_t last = 0;
  double sum = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double w = weights[i];
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

candidate_chooser::candidate_chooser(std::int32_t vocab_size) {
  const auto size = static_cast<std::size_t>(vocab_size);
  weights_.resize(size);
  block_sums_.resize(weight_blocks(size));
  candidates_.reserve(size);
  kept_.reserve(size);
}

token_id candidate_chooser::choose(std::span<const float> logits, const row_scan& scan,
                                   const sampling_params& params, double uniform) {
  HADAL_ASSERT(!scan.nonfinite && logits.size() <= weights_.size());
  const double total = exponentials(logits, scan.largest, 1.0f / params.temperature,
                                    std::span(weights_).first(logits.size()), block_sums_);
  if (!limits_rank(params, logits.size()) && params.top_p >= 1.0f && params.min_p <= 0.0f)
    return choose_any(logits.size(), uniform * total);

  double wanted = gather(logits, scan, params, total);
  wanted = params.top_p < 1.0f ? static_cast<double>(params.top_p) * wanted : infinity;
  kept_.clear();
  double mass = 0.0;
  while (kept_.size() < candidates_.size() && mass < wanted) {
    if (kept_.size() == ranked_)
      rank(std::min(candidates_.size(), std::max(first_ranked, ranked_ * ranked_growth)));
    const float w = weights_[static_cast<std::size_t>(candidates_[kept_.size()].id)];
    if (!kept_.empty() && w < params.min_p)
      break;
    kept_.push_back(w);
    mass += w;
  }
  return candidates_[walk(kept_, uniform * mass)].id;
}

token_id candidate_chooser::choose_any(std::size_t count, double target) const {
  const std::size_t block = walk(std::span(block_sums_).first(weight_blocks(count)), target);
  for (std::size_t b = 0; b < block; ++b)
    target -= block_sums_[b];
  const std::size_t begin = block * weight_block;
  const auto weights = std::span(weights_).first(count).subspan(begin);
  return static_cast<token_id>(begin +
                               walk(weights.first(std::min(weight_block, weights.size())), target));
}

double candidate_chooser::collect(std::span<const float> logits, float cut, double weight_min) {
  candidates_.clear();
  ranked_ = 0;
  double mass = 0.0;
  for (std::size_t begin = 0; begin < logits.size(); begin += weight_block) {
    if (block_sums_[begin / weight_block] < weight_min)
      continue;
    const std::size_t end = std::min(begin + weight_block, logits.size());
    for (std::size_t i = begin; i < end; ++i)
      if (logits[i] >= cut) {
        candidates_.push_back({logits[i], static_cast<token_id>(i)});
        mass += weights_[i];
      }
  }
  return mass;
}

double candidate_chooser::gather(std::span<const float> logits, const row_scan& scan,
                                 const sampling_params& params, double total) {
  const bool top_k = limits_rank(params, logits.size());
  for (const float depth : depths) {
    const double mass =
        collect(logits, scan.largest - depth * params.temperature, std::exp(-depth) * 0.99);
    const bool enough = top_k ? candidates_.size() >= static_cast<std::size_t>(params.top_k)
                              : mass >= static_cast<double>(params.top_p) * total;
    const bool too_small = std::exp(-depth) * 1.01f < params.min_p; // all that is further down
    if (enough || (too_small && !(top_k && params.top_p < 1.0f)))
      break;
    candidates_.clear();
  }
  if (candidates_.empty())
    collect(logits, std::numeric_limits<float>::lowest(), 0.0);
  if (!top_k)
    return total;
  if (const auto k = static_cast<std::size_t>(params.top_k); k < candidates_.size()) {
    rank(k);
    candidates_.resize(k);
  }
  double mass = 0.0;
  for (const candidate& c : candidates_)
    mass += weights_[static_cast<std::size_t>(c.id)];
  return mass;
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
