#include "model/layers/shapes.hpp"

#include <algorithm>

namespace hadal::model {

kernels::dtype kernel_dtype(compute_dtype dtype) noexcept {
  switch (dtype) {
  case compute_dtype::float32: return kernels::dtype::float32;
  case compute_dtype::bfloat16: return kernels::dtype::bfloat16;
  case compute_dtype::float16: return kernels::dtype::float16;
  }
  return kernels::dtype::float32;
}

bool unrounded_activations(const model_config& config, fp8_compute fp8) noexcept {
  return fp8 == fp8_compute::weight_only && config.quantization.has_value();
}

kernels::mla_shape attention_shape(const model_config& config, float softmax_scale) {
  return {config.num_attention_heads, config.qk_nope_head_dim, config.qk_rope_head_dim,
          config.kv_lora_rank,        config.v_head_dim,       softmax_scale};
}

kernels::routing_shape router_shape(const model_config& config) {
  kernels::routing_shape shape;
  switch (config.topk_method) {
  case topk_method::greedy: shape.method = kernels::routing_method::greedy; break;
  case topk_method::group_limited_greedy:
    shape.method = kernels::routing_method::group_limited_greedy;
    break;
  case topk_method::noaux_tc: shape.method = kernels::routing_method::noaux_tc; break;
  }
  shape.sigmoid = config.scoring_func == scoring_func::sigmoid;
  shape.experts = config.n_routed_experts;
  shape.experts_per_token = config.num_experts_per_tok;
  if (config.topk_method != topk_method::greedy) {
    shape.groups = config.n_group;
    shape.groups_kept = config.topk_group;
  }
  // With one expert per token a softmax weight is not normalised; a sigmoid score is normalised to
  // 1.
  shape.normalise = config.norm_topk_prob && (config.num_experts_per_tok > 1 || shape.sigmoid);
  shape.scaling_factor = static_cast<float>(config.routed_scaling_factor);
  return shape;
}

std::int64_t qkv_a_rows(const model_config& config) noexcept {
  const std::int64_t q_rows = config.q_lora_rank > 0
                                  ? config.q_lora_rank
                                  : std::int64_t{config.num_attention_heads} * config.qk_head_dim();
  return q_rows + config.kv_row_dim();
}

std::int64_t shared_width(const model_config& config) noexcept {
  return std::int64_t{config.n_shared_experts} * config.moe_intermediate_size;
}

std::int64_t mlp_width_max(const model_config& config) noexcept {
  std::int64_t width = 0;
  for (std::int32_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    if (config.is_moe_layer(layer))
      width = std::max({width, shared_width(config), std::int64_t{config.moe_intermediate_size}});
    else
      width = std::max(width, std::int64_t{config.intermediate_size});
  }
  return width;
}

kernels::workspace_limits workspace_limits_of(const model_config& config,
                                              const kernels::mla_shape& attention,
                                              std::int32_t step_tokens_max,
                                              std::int32_t step_sequences_max,
                                              std::int32_t context_length) {
  const std::int64_t heads = config.num_attention_heads;
  kernels::workspace_limits limits;
  limits.step_rows = step_tokens_max;
  limits.step_sequences = step_sequences_max;
  limits.context_length = context_length;
  limits.mlp_width = mlp_width_max(config);
  limits.linear_cols =
      std::max({std::int64_t{config.hidden_size}, std::int64_t{config.q_lora_rank},
                std::int64_t{config.kv_lora_rank}, heads * config.v_head_dim, limits.mlp_width});
  limits.linear_rows = std::max({std::int64_t{config.hidden_size}, qkv_a_rows(config),
                                 heads * config.qk_head_dim(), 2 * limits.mlp_width});
  limits.experts_per_token = config.n_routed_experts > 0 ? config.num_experts_per_tok : 0;
  limits.experts = config.n_routed_experts;
  limits.attention = attention;
  return limits;
}

} // namespace hadal::model
