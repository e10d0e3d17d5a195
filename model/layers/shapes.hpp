#pragma once
// The shapes that kernels take, computed from a config.

#include "kernels/core/dtype.hpp"
#include "kernels/ops/backend.hpp"
#include "kernels/ops/shapes.hpp"
#include "model/config/model_config.hpp"

namespace hadal::model {

/// `q_a_layernorm` and `kv_a_layernorm` use this epsilon, not rms_norm_eps.
inline constexpr float latent_norm_eps = 1e-6f;

kernels::dtype kernel_dtype(compute_dtype dtype) noexcept;

/// True if activations are left unrounded (kernels/ops/backend.hpp): under weight_only, which is
/// for checkpoints with FP8 weights and does nothing for others.
bool unrounded_activations(const model_config& config, fp8_compute fp8) noexcept;

kernels::mla_shape attention_shape(const model_config& config, float softmax_scale);
kernels::routing_shape router_shape(const model_config& config);

/// Rows of the stacked first projection: of q (or of its latent), then of the KV row.
std::int64_t qkv_a_rows(const model_config& config) noexcept;
/// Width of the shared experts, which form one MLP; 0: there are none.
std::int64_t shared_width(const model_config& config) noexcept;
/// The widest SwiGLU of any layer.
std::int64_t mlp_width_max(const model_config& config) noexcept;

kernels::workspace_limits workspace_limits_of(const model_config& config,
                                              const kernels::mla_shape& attention,
                                              std::int32_t step_tokens_max,
                                              std::int32_t step_sequences_max,
                                              std::int32_t context_length);

} // namespace hadal::model
