#include "model/layers/shapes.hpp"

#include "tests/support/catch.hpp"

namespace hadal::model {

namespace {

model_config small_moe() {
  model_config config;
  config.hidden_size = 64;
  config.intermediate_size = 100;
  config.num_hidden_layers = 3;
  config.num_attention_heads = 4;
  config.q_lora_rank = 24;
  config.kv_lora_rank = 32;
  config.qk_nope_head_dim = 16;
  config.qk_rope_head_dim = 8;
  config.v_head_dim = 12;
  config.n_routed_experts = 8;
  config.n_shared_experts = 3;
  config.num_experts_per_tok = 2;
  config.moe_intermediate_size = 40;
  config.first_k_dense_replace = 1;
  config.n_group = 4;
  config.topk_group = 2;
  return config;
}

} // namespace

TEST_CASE("the first projection stacks q's latent, or q itself, and the KV row") {
  model_config config = small_moe();
  CHECK(qkv_a_rows(config) == 24 + 40);
  config.q_lora_rank = 0;
  CHECK(qkv_a_rows(config) == 4 * 24 + 40);
}

TEST_CASE("the widest MLP counts only layers that exist") {
  model_config config = small_moe();
  CHECK(mlp_width_max(config) == 120); // three shared experts are one MLP
  config.n_shared_experts = 1;
  CHECK(mlp_width_max(config) == 100);
  config.first_k_dense_replace = 0;
  CHECK(mlp_width_max(config) == 40);
  config.n_routed_experts = 0;
  CHECK(mlp_width_max(config) == 100);
}

TEST_CASE("weight-only is for checkpoints with FP8 weights") {
  model_config config = small_moe();
  CHECK_FALSE(unrounded_activations(config, fp8_compute::weight_only));
  config.quantization.emplace();
  CHECK(unrounded_activations(config, fp8_compute::weight_only));
  CHECK_FALSE(unrounded_activations(config, fp8_compute::w8a8));
}

TEST_CASE("greedy routing knows no groups") {
  model_config config = small_moe();
  CHECK(router_shape(config).groups == 4);
  config.topk_method = topk_method::greedy;
  CHECK(router_shape(config).groups == 1);
}

TEST_CASE("one chosen expert is normalised in sigmoid routing and left alone in softmax routing") {
  model_config config = small_moe();
  config.num_experts_per_tok = 1;
  CHECK(router_shape(config).normalise);
  config.scoring_func = scoring_func::softmax;
  CHECK_FALSE(router_shape(config).normalise);
  config.num_experts_per_tok = 2;
  CHECK(router_shape(config).normalise);
  config.norm_topk_prob = false;
  CHECK_FALSE(router_shape(config).normalise);
}

TEST_CASE("workspaces fit the longest input and output of any linear") {
  const model_config config = small_moe();
  const auto limits = workspace_limits_of(config, attention_shape(config, 1.0f), 32, 8, 256);
  CHECK(limits.linear_cols == 120);
  CHECK(limits.linear_rows == 240);
  CHECK(limits.step_rows == 32);
  CHECK(limits.experts == 8);
  CHECK(limits.experts_per_token == 2);
}

} // namespace hadal::model
