#pragma once
// Rotary frequencies, with YaRN, rounded as in transformers: frequencies in float32, YaRN's bounds
// and factors in double. Without rope_scaling the frequencies are plain, the multiplier is 1 and
// the softmax scale is (qk_nope_head_dim + qk_rope_head_dim)^-0.5.

#include "model/config/model_config.hpp"

#include <vector>

namespace hadal::model {

struct rope_parameters {
  std::vector<float> inv_freq; // [qk_rope_head_dim / 2], one for each pair of columns
  float multiplier = 1.0f;     // of cos and sin
  float softmax_scale = 1.0f;
};

rope_parameters make_rope_parameters(const model_config& config);

} // namespace hadal::model
