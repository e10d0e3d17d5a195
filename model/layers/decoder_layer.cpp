#include "model/layers/decoder_layer.hpp"

#include "model/layers/packing.hpp"
#include "model/layers/shapes.hpp"

#include <utility>

namespace hadal::model {

namespace {

/// What loading a layer needs besides its modules.
struct load_context {
  const kernels::backend& backend;
  const weight_source& source;
  weight_formats formats;

  result<kernels::packed_linear_ptr> linears(const std::vector<weight_module>& stacked) const {
    return load_stacked(backend, source, formats, stacked);
  }
  result<kernels::packed_norm_ptr> norm(const weight_module& module) const {
    return load_norm(backend, source, module);
  }
};

result<kernels::attention_weights> load_attention(const load_context& from,
                                                  const attention_modules& modules,
                                                  const kernels::mla_shape& shape) {
  kernels::attention_weights weights;
  weights.shape = shape;
  weights.q_lora_rank = modules.q_a ? static_cast<std::int32_t>(modules.q_a->rows) : 0;
  weights.latent_norm_eps = latent_norm_eps;
  HADAL_TRY_ASSIGN(qkv_a, from.linears({modules.q_a ? *modules.q_a : modules.q, modules.kv_a}));
  if (modules.q_a) {
    HADAL_TRY_ASSIGN(norm, from.norm(*modules.q_a_norm));
    HADAL_TRY_ASSIGN(q_b, from.linears({modules.q}));
    weights.q_a_norm = std::move(norm);
    weights.q_b = std::move(q_b);
  }
  HADAL_TRY_ASSIGN(kv_norm, from.norm(modules.kv_a_norm));
  HADAL_TRY_ASSIGN(kv_b, load_kv_b(from.backend, from.source, from.formats, modules.kv_b, shape));
  HADAL_TRY_ASSIGN(o, from.linears({modules.o}));
  weights.qkv_a = std::move(qkv_a);
  weights.kv_a_norm = std::move(kv_norm);
  weights.kv_b = std::move(kv_b);
  weights.o = std::move(o);
  return weights;
}

result<kernels::mlp_weights> load_mlp(const load_context& from, const mlp_modules& modules) {
  HADAL_TRY_ASSIGN(gate_up, from.linears({modules.gate, modules.up}));
  HADAL_TRY_ASSIGN(down, from.linears({modules.down}));
  return kernels::mlp_weights{std::move(gate_up), std::move(down)};
}

result<kernels::moe_weights> load_moe(const load_context& from, const moe_modules& modules,
                                      const kernels::routing_shape& routing) {
  kernels::moe_weights weights;
  weights.routing = routing;
  HADAL_TRY_ASSIGN(router, load_router(from.backend, from.source, modules, routing));
  HADAL_TRY_ASSIGN(experts, load_experts(from.backend, from.source, from.formats, modules));
  weights.router = std::move(router);
  weights.experts = std::move(experts);
  if (modules.shared) {
    HADAL_TRY_ASSIGN(shared, load_mlp(from, *modules.shared));
    weights.shared = std::move(shared);
  }
  return weights;
}

} // namespace

result<decoder_layer> load_decoder_layer(const kernels::backend& backend,
                                         const weight_source& source, const model_config& config,
                                         const kernels::mla_shape& shape, std::int32_t index) {
  const load_context from{backend, source, formats_for(backend, config)};
  const layer_modules modules = modules_of_layer(config, index, has_fused_experts(source, index));
  decoder_layer layer;
  layer.index = index;
  layer.norm_eps = static_cast<float>(config.rms_norm_eps);
  HADAL_TRY_ASSIGN(input_norm, from.norm(modules.input_norm));
  HADAL_TRY_ASSIGN(attention, load_attention(from, modules.attention, shape));
  HADAL_TRY_ASSIGN(post_norm, from.norm(modules.post_attention_norm));
  layer.input_norm = std::move(input_norm);
  layer.attention = std::move(attention);
  layer.post_attention_norm = std::move(post_norm);
  if (modules.moe) {
    HADAL_TRY_ASSIGN(moe, load_moe(from, *modules.moe, router_shape(config)));
    layer.moe = std::move(moe);
  } else {
    HADAL_TRY_ASSIGN(dense, load_mlp(from, *modules.dense));
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
