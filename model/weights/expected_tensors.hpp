#pragma once
// The tensors that a config needs, as a pure function of it: `hadal doctor` checks them, dummy
// weights generate them. Experts are separate tensors ("...experts.7.up_proj.weight") or fused
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
  /// Shape of the block scales if the tensor is FP8; empty if it never is: a role other than
  /// linear, or a config without quantization_config.
  std::vector<std::int64_t> scale_shape;
};

/// The name of the scale of a weight.
std::string scale_name(const std::string& weight_name);

/// ceil(length / block).
constexpr std::int64_t block_count(std::int64_t length, std::int64_t block) noexcept {
  return (length + block - 1) / block;
}

/// Embedding, final norm, and the head unless it is tied.
std::vector<expected_tensor> expected_outer_tensors(const model_config& config);

/// Layer `layer`; numbers from num_hidden_layers on are MTP modules: a MoE layer with norms and a
/// projection, without the embedding and head that it shares with the model.
std::vector<expected_tensor> expected_layer_tensors(const model_config& config, std::int32_t layer,
                                                    bool fused_experts);

/// All tensors of the model without MTP; experts are separate tensors.
std::vector<expected_tensor> expected_tensors(const model_config& config);

} // namespace hadal::model
