#include "model/layers/decoder_layer.hpp"

#include "model/layers/packing.hpp"
#include "model/layers/shapes.hpp"

#include <fmt/core.h>

namespace hadal::model {

namespace {

result<kernels::attention_weights> load_attention(const kernels::backend& backend,
                                                  const weight_source& source,
                                                  const model_config& config,
                                                  const kernels::mla_shape& shape,
                                                  const std::string& prefix) {
  kernels::attention_weights weights;
  weights.shape = shape;
  weights.q_lora_rank = config.q_lora_rank;
  weights.latent_norm_eps = latent_norm_eps;
  const std::int64_t q_rows = std::int64_t{shape.heads} * shape.qk_head_dim();
  const linear_name kv_a{prefix + "kv_a_proj_with_mqa", shape.kv_row_dim()};
  if (config.q_lora_rank > 0) {
    const std::vector<linear_name> first = {{prefix + "q_a_proj", config.q_lora_rank}, kv_a};
    HADAL_TRY_ASSIGN(qkv_a, load_stacked(backend, source, first, config.hidden_size, config));
    HADAL_TRY_ASSIGN(norm,
                     load_norm(backend, source, prefix + "q_a_layernorm", config.q_lora_rank));
    HADAL_TRY_ASSIGN(q_b, load_stacked(backend, source, {{prefix + "q_b_proj", q_rows}},
                                       config.q_lora_rank, config));
    weights.qkv_a = std::move(qkv_a);
    weights.q_a_norm = std::move(norm);
    weights.q_b = std::move(q_b);
  } else {
    const std::vector<linear_name> first = {{prefix + "q_proj", q_rows}, kv_a};
    HADAL_TRY_ASSIGN(qkv_a, load_stacked(backend, source, first, config.hidden_size, config));
    weights.qkv_a = std::move(qkv_a);
  }
  HADAL_TRY_ASSIGN(kv_norm,
                   load_norm(backend, source, prefix + "kv_a_layernorm", config.kv_lora_rank));
  const std::int32_t kv_b_rows = shape.heads * (shape.qk_nope_head_dim + shape.v_head_dim);
  HADAL_TRY_ASSIGN(kv_b_weight, find_linear(source, prefix + "kv_b_proj", kv_b_rows,
                                            config.kv_lora_rank, config));
  raw_linears kv_b_raw(fp8_input(config, backend.options()));
  kv_b_raw.add(std::move(kv_b_weight));
  HADAL_TRY_ASSIGN(kv_b, backend.pack_kv_b(kv_b_raw[0], shape));
  HADAL_TRY_ASSIGN(o, load_stacked(backend, source, {{prefix + "o_proj", config.hidden_size}},
                                   std::int64_t{shape.heads} * shape.v_head_dim, config));
  weights.kv_a_norm = std::move(kv_norm);
  weights.kv_b = std::move(kv_b);
  weights.o = std::move(o);
  return weights;
}

result<kernels::mlp_weights> load_mlp(const kernels::backend& backend, const weight_source& source,
                                      const model_config& config, const std::string& prefix,
                                      std::int64_t width) {
  const std::vector<linear_name> first = {{prefix + "gate_proj", width},
                                          {prefix + "up_proj", width}};
  HADAL_TRY_ASSIGN(gate_up, load_stacked(backend, source, first, config.hidden_size, config));
  HADAL_TRY_ASSIGN(down, load_stacked(backend, source, {{prefix + "down_proj", config.hidden_size}},
                                      width, config));
  return kernels::mlp_weights{std::move(gate_up), std::move(down)};
}

result<kernels::packed_experts_ptr> load_experts(const kernels::backend& backend,
                                                 const weight_source& source,
                                                 const model_config& config,
                                                 const std::string& prefix) {
  std::vector<raw_linears> kept(static_cast<std::size_t>(config.n_routed_experts),
                                raw_linears(fp8_input(config, backend.options())));
  std::vector<kernels::raw_expert> experts;
  for (std::int32_t e = 0; e < config.n_routed_experts; ++e) {
    HADAL_TRY_ASSIGN(found, find_expert(source, prefix, e, config));
    raw_linears& linears = kept[static_cast<std::size_t>(e)];
    linears.add(std::move(found.gate));
    linears.add(std::move(found.up));
    linears.add(std::move(found.down));
    experts.push_back({linears[0], linears[1], linears[2]});
  }
  return backend.pack_experts(experts);
}

result<kernels::moe_weights> load_moe(const kernels::backend& backend, const weight_source& source,
                                      const model_config& config, const std::string& prefix) {
  kernels::moe_weights weights;
  weights.routing = router_shape(config);
  HADAL_TRY_ASSIGN(gate, find_matrix(source, prefix + "gate.weight", config.n_routed_experts,
                                     config.hidden_size));
  std::vector<float> bias;
  if (config.topk_method == topk_method::noaux_tc) {
    HADAL_TRY_ASSIGN(values, find_floats(source, prefix + "gate.e_score_correction_bias",
                                         config.n_routed_experts));
    bias = std::move(values);
  }
  HADAL_TRY_ASSIGN(router, backend.pack_router(raw_matrix(gate), bias, weights.routing));
  HADAL_TRY_ASSIGN(experts, load_experts(backend, source, config, prefix + "experts"));
  weights.router = std::move(router);
  weights.experts = std::move(experts);
  if (shared_width(config) > 0) {
    HADAL_TRY_ASSIGN(shared, load_mlp(backend, source, config, prefix + "shared_experts.",
                                      shared_width(config)));
    weights.shared = std::move(shared);
  }
  return weights;
}

} // namespace

result<decoder_layer> load_decoder_layer(const kernels::backend& backend,
                                         const weight_source& source, const model_config& config,
                                         const kernels::mla_shape& shape, std::int32_t index) {
  const std::string prefix = fmt::format("model.layers.{}.", index);
  decoder_layer layer;
  layer.index = index;
  layer.norm_eps = static_cast<float>(config.rms_norm_eps);
  HADAL_TRY_ASSIGN(input_norm,
                   load_norm(backend, source, prefix + "input_layernorm", config.hidden_size));
  HADAL_TRY_ASSIGN(post_norm, load_norm(backend, source, prefix + "post_attention_layernorm",
                                        config.hidden_size));
  HADAL_TRY_ASSIGN(attention,
                   load_attention(backend, source, config, shape, prefix + "self_attn."));
  layer.input_norm = std::move(input_norm);
  layer.post_attention_norm = std::move(post_norm);
  layer.attention = std::move(attention);
  if (config.is_moe_layer(index)) {
    HADAL_TRY_ASSIGN(moe, load_moe(backend, source, config, prefix + "mlp."));
    layer.moe = std::move(moe);
  } else {
    HADAL_TRY_ASSIGN(dense,
                     load_mlp(backend, source, config, prefix + "mlp.", config.intermediate_size));
    layer.dense = std::move(dense);
  }
  return layer;
}

void run_attention(kernels::backend& backend, const decoder_layer& layer,
                   const attention_context& context, const layer_scratch& scratch, bool add_delta,
                   kernels::tensor_view residual, kernels::tensor_view delta) {
  const kernels::tensor_view x = scratch.normed.row_range(0, residual.rows);
  if (add_delta)
    backend.add_rms_norm(residual, delta, *layer.input_norm, layer.norm_eps, x);
  else
    backend.rms_norm(residual, *layer.input_norm, layer.norm_eps, x);
  backend.attention_block(x, layer.attention, context.rope, context.cache, layer.index,
                          scratch.attention, delta);
}

void run_feed_forward(kernels::backend& backend, const decoder_layer& layer,
                      const layer_scratch& scratch, kernels::tensor_view residual,
                      kernels::tensor_view delta) {
  const kernels::tensor_view x = scratch.normed.row_range(0, residual.rows);
  backend.add_rms_norm(residual, delta, *layer.post_attention_norm, layer.norm_eps, x);
  if (layer.moe)
    backend.moe_block(x, *layer.moe, scratch.moe, delta);
  else
    backend.mlp_block(x, layer.dense, scratch.moe.mlp, delta);
}

} // namespace hadal::model
