#pragma once
// Finds weights in a weight source: linears (quantised or not), the experts of a MoE layer in both
// existing layouts, small float vectors. Whether a linear is FP8 follows from its dtype and its
// `weight_scale_inv` (maybe in another shard), never from its name.
//
// Errors of all functions: those of weight_source::tensor, and invalid_checkpoint for a dtype that
// does not fit, a scale without FP8 weights or FP8 weights without a scale, FP8 weights under a
// config without quantization_config. param = the tensor.

#include "model/weights/weight_source.hpp"

namespace hadal::model {

/// A weight as stored, with its block scales if it is F8_E4M3.
struct stored_weight {
  tensor_ref weight;
  std::optional<tensor_ref> scale;
};

/// Finds a weight of any layout and checks dtype and scale against each other and the config.
/// `scale_shape` is the shape that its scales must have (model/weights/expected_tensors.hpp); a
/// weight that may not be FP8 must be F32, BF16 or F16, and no scale is looked for.
result<stored_weight> find_weight(const weight_source& source, const std::string& name,
                                  const std::vector<std::int64_t>& shape, bool may_be_fp8,
                                  const std::vector<std::int64_t>& scale_shape,
                                  const model_config& config);

/// W of y = x · Wᵀ. Unquantised (F32, BF16, F16) or F8_E4M3 with one multiplier per block:
/// value[n, k] = e4m3(weight[n, k]) * scale[n / block_rows, k / block_cols].
struct linear_weight {
  tensor_ref weight; // [rows, cols]
  std::optional<tensor_ref>
      scale; // [ceil(rows / block_rows), ceil(cols / block_cols)], F32, BF16 or F8_E8M0
  std::int32_t rows = 0;
  std::int32_t cols = 0;
  std::int32_t block_rows = 0; // 0 without scale
  std::int32_t block_cols = 0;
};

/// The linear `prefix`, for example "model.layers.0.self_attn.o_proj".
result<linear_weight> find_linear(const weight_source& source, const std::string& prefix,
                                  std::int32_t rows, std::int32_t cols, const model_config& config);

struct expert_weights {
  linear_weight gate; // [moe_intermediate_size, hidden_size]
  linear_weight up;   // [moe_intermediate_size, hidden_size]
  linear_weight down; // [hidden_size, moe_intermediate_size]
};

/// Expert `expert` of "model.layers.3.mlp.experts" (`prefix`), from
/// "{prefix}.{expert}.{gate,up,down}_proj.weight" or, if that is absent, from the fused
/// "{prefix}.gate_up_proj" [E, 2 * moe_intermediate_size, hidden_size] (gate rows first) and
/// "{prefix}.down_proj" [E, hidden_size, moe_intermediate_size]; fused FP8 has
/// "{prefix}.gate_up_proj_scale_inv" [E, 2 * ceil(moe_intermediate_size / block), ...] likewise.
result<expert_weights> find_expert(const weight_source& source, const std::string& prefix,
                                   std::int32_t expert, const model_config& config);

/// A vector of floats stored as F32, BF16 or F16: norms, e_score_correction_bias.
result<std::vector<float>> find_floats(const weight_source& source, const std::string& name,
                                       std::int64_t count);

/// A matrix that is never quantised (embedding, head, router): F32, BF16 or F16.
result<tensor_ref> find_matrix(const weight_source& source, const std::string& name,
                               std::int64_t rows, std::int64_t cols);

/// Rows [row_begin, row_begin + row_count) as float32, dequantised; `to` is [row_count, cols].
void dequantize_rows(const linear_weight& linear, std::int32_t row_begin, std::int32_t row_count,
                     float* to);

/// The scale of each block as float32, [ceil(rows / block_rows), ceil(cols / block_cols)]; empty
/// for an unquantised linear.
std::vector<float> block_scales(const linear_weight& linear);

} // namespace hadal::model
