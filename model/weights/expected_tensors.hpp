#pragma once
// The tensors that a config needs, as a pure function of it: what `hadal doctor` checks, what dummy
// weights make. Experts come one by one ("...experts.7.up_proj.weight") or fused
// ("...experts.gate_up_proj"), layer by layer.

#include "model/config/model_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hadal::model {

enum class tensor_role : std::uint8_t {
  embedding,
  norm,
  linear, // may be FP8
  router,
  router_bias,
  head,
  mtp_projection, // eh_proj: a linear that is never FP8
};

struct expected_tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  tensor_role role = tensor_role::linear;
  /// Shape of the block scales, should the tensor turn out to be FP8; empty when it never is:
  /// another role than linear, or a config without quantization_config.
  std::vector<std::int64_t> scale_shape;
};

/// The name of the scale that belongs to a weight.
std::string scale_name(const std::string& weight_name);

/// ceil(length / block).
constexpr std::int64_t block_count(std::int64_t length, std::int64_t block) noexcept {
  return (length + block - 1) / block;
}

/// Embedding, last norm, and the head unless it is tied.
std::vector<expected_tensor> expected_outer_tensors(const model_config& config);

/// Layer `layer`; from num_hidden_layers on it is MTP module layer - num_hidden_layers: a MoE layer
/// with its norms and projection, without the embedding and head that it shares with the model.
std::vector<expected_tensor> expected_layer_tensors(const model_config& config, std::int32_t layer,
                                                    bool fused_experts);

/// All of the model, without MTP, experts one by one.
std::vector<expected_tensor> expected_tensors(const model_config& config);

} // namespace hadal::model
