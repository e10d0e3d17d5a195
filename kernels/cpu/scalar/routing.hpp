#pragma once
// The choice of experts for one token, from its router logits. Plain float32, in index order: the
// order is part of the definition, so all backends share this code.

#include "kernels/ops/shapes.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hadal::kernels {

/// Buffers of `choose_experts`, sized once for the widest router.
struct routing_scratch {
  std::vector<float> scores;
  std::vector<float> choice;
  std::vector<float> group_scores;
  std::vector<char> allowed; // experts, then groups: 1 if it may still be chosen

  void reserve(std::int32_t experts);
};

/// `logits` [experts]; `bias` [experts] for noaux_tc, else empty. Writes experts_per_token ids,
/// ascending, and their weights. Ties go to the lowest index. NaN logits still give valid ids.
void choose_experts(const routing_shape& shape, std::span<const float> logits,
                    std::span<const float> bias, routing_scratch& scratch, std::int32_t* ids,
                    float* weights);

} // namespace hadal::kernels
