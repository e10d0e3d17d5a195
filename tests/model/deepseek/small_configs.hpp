#pragma once
// Invented shapes that a checkpoint might have, small enough for debug builds.

#include "model/config/model_config.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hadal::model::testing {

/// Nothing here is a multiple of 128: hidden 192, 576 rows of kv_a, 3 heads, v_head_dim 48.
inline model_config ragged_v3() {
  model_config config;
  config.arch = architecture::deepseek_v3;
  config.vocab_size = 131;
  config.hidden_size = 192;
  config.intermediate_size = 200;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 3;
  config.max_position_embeddings = 2048;
  config.q_lora_rank = 96;
  config.kv_lora_rank = 512;
  config.qk_nope_head_dim = 32;
  config.qk_rope_head_dim = 64;
  config.v_head_dim = 48;
  config.rope_scaling = rope_scaling_config{};
  config.rope_scaling->factor = 8.0;
  config.rope_scaling->original_max_position_embeddings = 256;
  config.rope_scaling->mscale = 1.0;
  config.rope_scaling->mscale_all_dim = 0.7;
  config.n_routed_experts = 8;
  config.n_shared_experts = 1;
  config.num_experts_per_tok = 3;
  config.moe_intermediate_size = 40;
  config.first_k_dense_replace = 1;
  config.n_group = 4;
  config.topk_group = 2;
  config.routed_scaling_factor = 2.5;
  return config;
}

/// No q_lora, greedy softmax routing, two shared experts, small latent.
inline model_config plain_v2() {
  model_config config;
  config.arch = architecture::deepseek_v2;
  config.vocab_size = 97;
  config.hidden_size = 64;
  config.intermediate_size = 72;
  config.num_hidden_layers = 3;
  config.num_attention_heads = 4;
  config.max_position_embeddings = 2048;
  config.kv_lora_rank = 32;
  config.qk_nope_head_dim = 16;
  config.qk_rope_head_dim = 8;
  config.v_head_dim = 12;
  config.n_routed_experts = 6;
  config.n_shared_experts = 2;
  config.num_experts_per_tok = 2;
  config.moe_intermediate_size = 24;
  config.first_k_dense_replace = 1;
  config.topk_method = topk_method::greedy;
  config.scoring_func = scoring_func::softmax;
  config.norm_topk_prob = false;
  return config;
}

inline model_config grouped_v2() {
  model_config config = plain_v2();
  config.q_lora_rank = 40;
  config.n_routed_experts = 8;
  config.num_experts_per_tok = 3;
  config.topk_method = topk_method::group_limited_greedy;
  config.n_group = 4;
  config.topk_group = 2;
  config.routed_scaling_factor = 4.0;
  return config;
}

inline model_config quantised(model_config config) {
  config.quantization = fp8_config{};
  return config;
}

inline std::vector<std::pair<std::string, model_config>> small_configs() {
  return {{"ragged V3", ragged_v3()},
          {"plain V2", plain_v2()},
          {"grouped V2", grouped_v2()},
          {"ragged V3 in FP8", quantised(ragged_v3())},
          {"plain V2 in FP8", quantised(plain_v2())}};
}

} // namespace hadal::model::testing
