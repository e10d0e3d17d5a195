#pragma once
// One decoder layer: its packed weights, and how it runs. The residual stream is kept apart from
// the last block's output, so that each addition is fused with the norm that follows it.

#include "kernels/ops/backend.hpp"
#include "model/config/model_config.hpp"
#include "model/layers/layer_scratch.hpp"
#include "model/weights/weight_source.hpp"

#include <optional>
#include <string>

namespace hadal::model {

struct decoder_layer {
  std::int32_t index = 0; // also the layer of the KV cache
  float norm_eps = 1e-6f;
  kernels::packed_norm_ptr input_norm;          // [hidden_size]
  kernels::packed_norm_ptr post_attention_norm; // [hidden_size]
  kernels::attention_weights attention;
  std::optional<kernels::moe_weights> moe; // of a MoE layer
  kernels::mlp_weights dense;              // of any other
};

/// Packs the weights of "model.layers.{index}.". Errors: those of model/layers/packing.hpp.
result<decoder_layer> load_decoder_layer(const kernels::backend& backend,
                                         const weight_source& source, const model_config& config,
                                         const kernels::mla_shape& shape, std::int32_t index);

/// What the attention half needs besides weights.
struct attention_context {
  const kernels::rope_table& rope;
  kernels::kv_cache& cache;
};

/// delta = attention(rms_norm(residual)), after `delta`, where there is one, was added to the
/// residual. residual, delta [rows of the step, hidden_size]. `add_delta` is false for the first
/// layer alone.
void run_attention(kernels::backend& backend, const decoder_layer& layer,
                   const attention_context& context, const layer_scratch& scratch, bool add_delta,
                   kernels::tensor_view residual, kernels::tensor_view delta);

/// residual += delta; delta = feed_forward(rms_norm(residual)). Any rows.
void run_feed_forward(kernels::backend& backend, const decoder_layer& layer,
                      const layer_scratch& scratch, kernels::tensor_view residual,
                      kernels::tensor_view delta);

} // namespace hadal::model
