#include "kernels/cpu/sampling/candidates.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace hadal::kernels {

namespace {

// Up to this many candidates are sorted instead of partitioned again.
constexpr std::size_t sorted_at_once = 24;

// Candidates are collected down to the first of these depths below the best logit, in units of the
// temperature, and to the next depth only if they are not enough.
constexpr std::array depths = {4.0f, 7.0f, 10.0f, 14.0f};

/// The ranking: by falling logit, the lowest id first among equals.
constexpr auto before = [](const auto& a, const auto& b) {
  return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
};

bool limits_rank(const sampling_params& params, std::size_t logits) {
  return params.top_k > 0 && static_cast<std::size_t>(params.top_k) < logits;
}

/// The index at which the sum of weights exceeds `target`; at the latest that of the last weight
/// above 0.
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
}

token_id candidate_chooser::choose(std::span<const float> logits, const row_scan& scan,
                                   const sampling_params& params, double uniform) {
  HADAL_ASSERT(!scan.nonfinite && logits.size() <= weights_.size());
  const double total = exponentials(logits, scan.largest, 1.0f / params.temperature,
                                    std::span(weights_).first(logits.size()), block_sums_);
  if (!limits_rank(params, logits.size()) && params.top_p >= 1.0f && params.min_p <= 0.0f)
    return choose_any(logits.size(), uniform * total);

  const double gathered = gather(logits, scan, params, total);
  prefix kept{candidates_.size(), gathered};
  if (params.top_p < 1.0f)
    kept = select(kept.count, static_cast<double>(params.top_p) * gathered, false);
  if (params.min_p > 0.0f)
    kept = keep_heavy(kept, params.min_p);
  return candidates_[select(kept.count, uniform * kept.mass, true).count - 1].id;
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
  double mass = 0.0;
  for (std::size_t begin = 0; begin < logits.size(); begin += weight_block) {
    if (block_sums_[begin / weight_block] < weight_min)
      continue;
    const std::size_t end = std::min(begin + weight_block, logits.size());
    for (std::size_t i = begin; i < end; ++i)
      if (logits[i] >= cut && weights_[i] > 0.0f) {
        candidates_.push_back({logits[i], weights_[i], static_cast<token_id>(i)});
        mass += weights_[i];
      }
  }
  return mass;
}

double candidate_chooser::gather(std::span<const float> logits, const row_scan& scan,
                                 const sampling_params& params, double total) {
  const bool top_k = limits_rank(params, logits.size());
  bool enough = false;
  double mass = 0.0;
  for (const float depth : depths) {
    mass = collect(logits, scan.largest - depth * params.temperature, std::exp(-depth) * 0.99);
    enough = top_k ? candidates_.size() >= static_cast<std::size_t>(params.top_k)
                   : mass >= static_cast<double>(params.top_p) * total;
    // Logits further down are below min_p, and top-p does not count them.
    const bool rest_is_light = std::exp(-depth) * 1.01f < params.min_p;
    enough = enough || (rest_is_light && !(top_k && params.top_p < 1.0f));
    if (enough)
      break;
  }
  if (!enough)
    mass = collect(logits, std::numeric_limits<float>::lowest(), 0.0);
  if (!top_k)
    return params.top_p < 1.0f ? total : mass;
  if (const auto k = static_cast<std::size_t>(params.top_k); k < candidates_.size()) {
    std::nth_element(candidates_.begin(), candidates_.begin() + params.top_k, candidates_.end(),
                     before);
    candidates_.resize(k);
    mass = mass_of(0, k);
  }
  return mass;
}

double candidate_chooser::mass_of(std::size_t begin, std::size_t end) const {
  double mass = 0.0;
  for (std::size_t i = begin; i < end; ++i)
    mass += candidates_[i].weight;
  return mass;
}

candidate_chooser::prefix candidate_chooser::keep_heavy(prefix of, float weight_min) {
  const auto end = std::partition(candidates_.begin(),
                                  candidates_.begin() + static_cast<std::ptrdiff_t>(of.count),
                                  [&](const candidate& c) { return c.weight >= weight_min; });
  const auto count = static_cast<std::size_t>(end - candidates_.begin());
  return {count, mass_of(0, count)};
}

candidate_chooser::prefix candidate_chooser::select(std::size_t count, double target, bool past) {
  const auto at = [&](std::size_t i) {
    return candidates_.begin() + static_cast<std::ptrdiff_t>(i);
  };
  const auto reached = [&](double mass) { return past ? mass > target : mass >= target; };
  std::size_t begin = 0;
  std::size_t end = count;
  double mass = 0.0;
  while (end - begin > sorted_at_once) {
    // The median of three is moved to the end as pivot; candidates that rank before it are moved to
    // the front.
    std::array three = {begin, begin + (end - begin) / 2, end - 1};
    std::sort(three.begin(), three.end(),
              [&](std::size_t a, std::size_t b) { return before(*at(a), *at(b)); });
    std::swap(*at(three[1]), *at(end - 1));
    const candidate pivot = *at(end - 1);
    const auto middle = std::partition(at(begin), at(end - 1),
                                       [&](const candidate& c) { return before(c, pivot); });
    std::swap(*middle, *at(end - 1));
    const auto split = static_cast<std::size_t>(middle - candidates_.begin()) + 1;
    const double left = mass_of(begin, split);
    if (reached(mass + left)) {
      end = split;
    } else {
      mass += left;
      begin = split;
    }
  }
  std::sort(at(begin), at(end), before);
  while (begin < end && (begin == 0 || !reached(mass)))
    mass += candidates_[begin++].weight;
  return {begin, mass};
}

} // namespace hadal::kernels
