#include "model/layers/layer_scratch.hpp"

#include "model/layers/shapes.hpp"

namespace hadal::model {

result<layer_scratch> allocate_layer_scratch(kernels::backend& backend, const model_config& config,
                                             std::int64_t rows) {
  const kernels::dtype type = backend.activation_type();
  const std::int64_t heads = config.num_attention_heads;
  const std::int64_t width = mlp_width_max(config);
  const std::int64_t chosen = config.n_routed_experts > 0 ? config.num_experts_per_tok : 0;
  struct wish {
    kernels::tensor_view& tensor;
    kernels::dtype type;
    std::int64_t cols;
  };
  layer_scratch scratch;
  const wish wishes[] = {
      {scratch.normed, type, config.hidden_size},
      {scratch.attention.qkv_a, type, qkv_a_rows(config)},
      {scratch.attention.q, type, config.q_lora_rank > 0 ? heads * config.qk_head_dim() : 0},
      {scratch.attention.heads, type, heads * config.v_head_dim},
      {scratch.moe.ids, kernels::dtype::int32, chosen},
      {scratch.moe.weights, kernels::dtype::float32, chosen},
      {scratch.moe.shared, type, shared_width(config) > 0 ? config.hidden_size : 0},
      {scratch.moe.mlp.gate_up, type, 2 * width},
      {scratch.moe.mlp.product, type, width},
  };
  for (const wish& w : wishes) {
    HADAL_TRY_ASSIGN(tensor, backend.allocate(w.type, rows, w.cols));
    w.tensor = tensor;
  }
  return scratch;
}

} // namespace hadal::model
