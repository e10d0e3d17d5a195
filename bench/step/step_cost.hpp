#pragma once
// The least that a step of the DeepSeek forward needs: bytes of weights and KV cache, each read
// once, and floating-point operations (a multiplication and an addition are two). Sources: the
// shapes of config.json; attention in the absorbed form (DeepSeek-V2 paper, 2.1).

#include "model/config/model_config.hpp"

#include <cstdint>

namespace hadal::bench {

struct step_shape {
  std::int64_t sequences = 1;
  std::int64_t tokens_per_sequence = 1; // 1: decode
  std::int64_t context = 1;             // keys that the last token of a sequence sees
  double distinct_experts = 0;          // of one MoE layer, measured or expected
  std::int64_t logit_rows = 1;          // rows for which logits are computed
};

struct step_cost {
  double weight_bytes = 0;
  double kv_bytes = 0;
  double flop = 0;

  double bytes() const noexcept { return weight_bytes + kv_bytes; }
};

/// `float_bytes`: bytes of a value in the compute dtype (weights that are not FP8, and the KV
/// cache).
step_cost cost_of_step(const model::model_config& config, std::int64_t float_bytes,
                       const step_shape& shape);

} // namespace hadal::bench
