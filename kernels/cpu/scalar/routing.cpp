#include "kernels/cpu/scalar/routing.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cmath>

namespace hadal::kernels {

namespace {

/// Index of the largest value among the allowed ones, the lowest on ties.
std::int32_t largest(std::span<const float> values, const char* allowed) {
  std::int32_t best = -1;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (allowed[i] != 0 && (best < 0 || values[i] > values[static_cast<std::size_t>(best)]))
      best = static_cast<std::int32_t>(i);
  HADAL_ASSERT(best >= 0);
  return best;
}

void score(const routing_shape& shape, std::span<const float> logits, std::span<float> scores) {
  if (shape.sigmoid) {
    for (std::size_t e = 0; e < scores.size(); ++e)
      scores[e] = 1.0f / (1.0f + std::exp(-logits[e]));
    return;
  }
  const float top = *std::max_element(logits.begin(), logits.end());
  float sum = 0.0f;
  for (std::size_t e = 0; e < scores.size(); ++e) {
    scores[e] = std::exp(logits[e] - top);
    sum += scores[e];
  }
  for (float& s : scores)
    s /= sum;
}

/// The largest choice value of a group, or the sum of its two largest.
float group_score(routing_method method, std::span<const float> group) {
  float first = group[0];
  float second = -INFINITY;
  for (std::size_t i = 1; i < group.size(); ++i) {
    if (group[i] > first) {
      second = first;
      first = group[i];
    } else {
      second = std::max(second, group[i]);
    }
  }
  return method == routing_method::noaux_tc && group.size() > 1 ? first + second : first;
}

/// Forbids the experts of all but the best groups.
void keep_groups(const routing_shape& shape, routing_scratch& scratch) {
  const auto groups = static_cast<std::size_t>(shape.groups);
  const std::size_t width = static_cast<std::size_t>(shape.experts) / groups;
  const std::span<float> scores(scratch.group_scores.data(), groups);
  for (std::size_t g = 0; g < groups; ++g)
    scores[g] = group_score(shape.method, {scratch.choice.data() + g * width, width});
  char* const group_allowed = scratch.allowed.data() + shape.experts;
  std::fill(scratch.allowed.begin(), scratch.allowed.begin() + shape.experts, 0);
  std::fill(group_allowed, group_allowed + groups, 1);
  for (std::int32_t kept = 0; kept < shape.groups_kept; ++kept) {
    const auto g = static_cast<std::size_t>(largest(scores, group_allowed));
    group_allowed[g] = 0;
    std::fill_n(scratch.allowed.data() + g * width, width, 1);
  }
}

} // namespace

void routing_scratch::reserve(std::int32_t experts) {
  const auto count = static_cast<std::size_t>(experts);
  scores.resize(count);
  choice.resize(count);
  group_scores.resize(count);
  allowed.resize(2 * count);
}

void choose_experts(const routing_shape& shape, std::span<const float> logits,
                    std::span<const float> bias, routing_scratch& scratch, std::int32_t* ids,
                    float* weights) {
  const auto experts = static_cast<std::size_t>(shape.experts);
  HADAL_ASSERT(logits.size() == experts && scratch.scores.size() >= experts);
  const std::span<float> scores(scratch.scores.data(), experts);
  const std::span<float> choice(scratch.choice.data(), experts);
  score(shape, logits, scores);
  for (std::size_t e = 0; e < experts; ++e)
    choice[e] = bias.empty() ? scores[e] : scores[e] + bias[e];

  std::fill_n(scratch.allowed.data(), experts, 1);
  if (shape.method != routing_method::greedy && shape.groups > 1)
    keep_groups(shape, scratch);
  for (std::int32_t i = 0; i < shape.experts_per_token; ++i) {
    ids[i] = largest(choice, scratch.allowed.data());
    scratch.allowed[static_cast<std::size_t>(ids[i])] = 0;
  }
  std::sort(ids, ids + shape.experts_per_token);

  float sum = 0.0f;
  for (std::int32_t i = 0; i < shape.experts_per_token; ++i) {
    weights[i] = scores[static_cast<std::size_t>(ids[i])];
    sum += weights[i];
  }
  for (std::int32_t i = 0; i < shape.experts_per_token; ++i) {
    if (shape.normalise)
      weights[i] /= sum + 1e-20f;
    weights[i] *= shape.scaling_factor;
  }
}

} // namespace hadal::kernels
