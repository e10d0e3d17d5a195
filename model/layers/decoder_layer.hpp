#pragma once
// One decoder layer: its packed weights and its two halves. The residual stream and the output of
// the last block are separate, so that each addition is fused with the norm after it.

#include "kernels/ops/backend.hpp"
#include "model/config/model_config.hpp"
#include "model/layers/layer_scratch.hpp"
#include "model/weights/weight_source.hpp"

#include <optional>

namespace hadal::model {

struct decoder_layer {
  std::int32_t index = 0; // also the layer of the KV cache
  float norm_eps = 1e-6f;
  kernels::packed_norm_ptr input_norm;          // [hidden_size]
  kernels::packed_norm_ptr post_attention_norm; // [hidden_size]
  kernels::attention_weights attention;
  std::optional<kernels::moe_weights> moe; // of MoE layers
  kernels::mlp_weights dense;              // of other layers
};

/// Packs the weights of "model.layers.{index}.". Errors: those of model/layers/packing.hpp.
result<decoder_layer> load_decoder_layer(const kernels::backend& backend,
                                         const weight_source& source, const model_config& config,
                                         const kernels::mla_shape& shape, std::int32_t index);

/// The arguments of the attention half besides weights.
struct attention_context {
  const kernels::rope_table& rope;
  kernels::kv_cache& cache;
};

/// Adds `delta` to the residual if `add_delta` (false only for the first layer); then
/// delta = attention(rms_norm(residual)). residual, delta [rows of the step,
/// hidden_size].
void run_attention(kernels::backend& backend, const decoder_layer& layer,
                   const attention_context& context, const layer_scratch& scratch, bool add_delta,
                   kernels::tensor_view residual, kernels::tensor_view delta);

/// residual += delta; delta = feed_forward(rms_norm(residual)). Any rows.
void run_feed_forward(kernels::backend& backend, const decoder_layer& layer,
                      const layer_scratch& scratch, kernels::tensor_view residual,
                      kernels::tensor_view delta);

} // namespace hadal::model
