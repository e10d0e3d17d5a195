#include "model/weights/linear_weight.hpp"

#include "base/assert.hpp"
#include "model/weights/expected_tensors.hpp"
#include "model/weights/widen.hpp"

#include <fmt/core.h>

namespace hadal::model {

namespace {

tl::unexpected<error> invalid(const std::string& file, const std::string& name,
                              std::string_view what) {
  return fail(error_code::invalid_checkpoint, fmt::format("{}: tensor \"{}\" {}", file, name, what),
              name);
}

bool is_unquantised(tensor_dtype dtype) {
  return dtype == tensor_dtype::f32 || dtype == tensor_dtype::bf16 || dtype == tensor_dtype::f16;
}

result<void> check_unquantised(const tensor_ref& tensor) {
  if (!is_unquantised(tensor.dtype))
    return invalid(tensor.file, tensor.name,
                   fmt::format("is {}, expected F32, BF16 or F16", to_string(tensor.dtype)));
  return {};
}

/// Checks that the weight's dtype, the presence of a scale, and the config agree.
result<void> check_quantisation(const tensor_ref& weight, const std::string& scale_name,
                                bool has_scale, const model_config& config) {
  const bool is_fp8 = weight.dtype == tensor_dtype::f8_e4m3;
  if (!is_fp8 && !is_unquantised(weight.dtype))
    return invalid(
        weight.file, weight.name,
        fmt::format("is {}, expected F32, BF16, F16 or F8_E4M3", to_string(weight.dtype)));
  if (!is_fp8 && has_scale)
    return invalid(weight.file, weight.name,
                   fmt::format("is {} but has a scale, \"{}\", which only F8_E4M3 weights may have",
                               to_string(weight.dtype), scale_name));
  if (is_fp8 && !has_scale)
    return invalid(weight.file, weight.name,
                   fmt::format("is F8_E4M3, but its scale \"{}\" is missing", scale_name));
  if (is_fp8 && !config.quantization)
    return invalid(weight.file, weight.name,
                   "is F8_E4M3, but config.json has no quantization_config that gives its block "
                   "size");
  return {};
}

result<void> check_scale_dtype(const tensor_ref& scale) {
  if (scale.dtype != tensor_dtype::f32 && scale.dtype != tensor_dtype::bf16 &&
      scale.dtype != tensor_dtype::f8_e8m0)
    return invalid(scale.file, scale.name,
                   fmt::format("is {}, expected F32, BF16 or F8_E8M0", to_string(scale.dtype)));
  return {};
}

using shape_t = std::vector<std::int64_t>;

linear_weight make_linear(stored_weight pair, const model_config& config) {
  linear_weight linear;
  linear.rows = static_cast<std::int32_t>(pair.weight.shape[0]);
  linear.cols = static_cast<std::int32_t>(pair.weight.shape[1]);
  if (pair.scale) {
    linear.block_rows = config.quantization->weight_block_rows;
    linear.block_cols = config.quantization->weight_block_cols;
  }
  linear.weight = std::move(pair.weight);
  linear.scale = std::move(pair.scale);
  return linear;
}

/// Part `part` of `parts` equal shares of the rows of entry `index` of a stack [E, rows, cols].
tensor_ref share_of(const tensor_ref& stack, std::int64_t index, std::int64_t part,
                    std::int64_t parts) {
  const std::int64_t rows = stack.shape[1] / parts;
  const std::size_t bytes =
      static_cast<std::size_t>(rows * stack.shape[2]) * element_bytes(stack.dtype);
  tensor_ref share = stack;
  share.shape = {rows, stack.shape[2]};
  share.bytes = stack.bytes.subspan(static_cast<std::size_t>(index * parts + part) * bytes, bytes);
  return share;
}

linear_weight linear_of_stack(const stored_weight& stack, std::int64_t index, std::int64_t part,
                              std::int64_t parts, const model_config& config) {
  stored_weight own{share_of(stack.weight, index, part, parts), std::nullopt};
  if (stack.scale)
    own.scale = share_of(*stack.scale, index, part, parts);
  return make_linear(std::move(own), config);
}

/// `parts` matrices [rows, cols] stacked by rows, for each expert.
result<stored_weight> find_stack(const weight_source& source, const std::string& name,
                                 std::int64_t parts, std::int64_t rows, std::int64_t cols,
                                 const model_config& config) {
  const fp8_config fp8 = config.quantization.value_or(fp8_config{});
  const std::int64_t experts = config.n_routed_experts;
  return find_weight(source, name, {experts, parts * rows, cols}, true,
                     {experts, parts * block_count(rows, fp8.weight_block_rows),
                      block_count(cols, fp8.weight_block_cols)},
                     config);
}

result<expert_weights> find_fused_expert(const weight_source& source, const std::string& prefix,
                                         std::int32_t expert, const model_config& config) {
  const std::int64_t width = config.moe_intermediate_size;
  const std::int64_t hidden = config.hidden_size;
  HADAL_TRY_ASSIGN(gate_up, find_stack(source, prefix + ".gate_up_proj", 2, width, hidden, config));
  HADAL_TRY_ASSIGN(down, find_stack(source, prefix + ".down_proj", 1, hidden, width, config));
  return expert_weights{linear_of_stack(gate_up, expert, 0, 2, config),
                        linear_of_stack(gate_up, expert, 1, 2, config),
                        linear_of_stack(down, expert, 0, 1, config)};
}

} // namespace

result<stored_weight> find_weight(const weight_source& source, const std::string& name,
                                  const shape_t& shape, bool may_be_fp8, const shape_t& scale_shape,
                                  const model_config& config) {
  HADAL_TRY_ASSIGN(weight, source.tensor(name, shape));
  if (!may_be_fp8) {
    HADAL_TRY(check_unquantised(weight));
    return stored_weight{std::move(weight), std::nullopt};
  }
  const std::string scale_of_weight = scale_name(name);
  const bool has_scale = source.has(scale_of_weight);
  HADAL_TRY(check_quantisation(weight, scale_of_weight, has_scale, config));
  stored_weight found{std::move(weight), std::nullopt};
  if (has_scale) {
    HADAL_TRY_ASSIGN(scale, source.tensor(scale_of_weight, scale_shape));
    HADAL_TRY(check_scale_dtype(scale));
    found.scale = std::move(scale);
  }
  return found;
}

result<linear_weight> find_linear(const weight_source& source, const std::string& prefix,
                                  std::int32_t rows, std::int32_t cols,
                                  const model_config& config) {
  const fp8_config fp8 = config.quantization.value_or(fp8_config{});
  HADAL_TRY_ASSIGN(found, find_weight(source, prefix + ".weight", {rows, cols}, true,
                                      {block_count(rows, fp8.weight_block_rows),
                                       block_count(cols, fp8.weight_block_cols)},
                                      config));
  return make_linear(std::move(found), config);
}

result<expert_weights> find_expert(const weight_source& source, const std::string& prefix,
                                   std::int32_t expert, const model_config& config) {
  HADAL_ASSERT(expert >= 0 && expert < config.n_routed_experts);
  const std::string own = fmt::format("{}.{}", prefix, expert);
  if (!source.has(own + ".gate_proj.weight") && source.has(prefix + ".gate_up_proj"))
    return find_fused_expert(source, prefix, expert, config);
  const std::int32_t width = config.moe_intermediate_size;
  const std::int32_t hidden = config.hidden_size;
  HADAL_TRY_ASSIGN(gate, find_linear(source, own + ".gate_proj", width, hidden, config));
  HADAL_TRY_ASSIGN(up, find_linear(source, own + ".up_proj", width, hidden, config));
  HADAL_TRY_ASSIGN(down, find_linear(source, own + ".down_proj", hidden, width, config));
  return expert_weights{std::move(gate), std::move(up), std::move(down)};
}

result<std::vector<float>> find_floats(const weight_source& source, const std::string& name,
                                       std::int64_t count) {
  HADAL_TRY_ASSIGN(found, find_weight(source, name, {count}, false, {}, model_config{}));
  std::vector<float> values(static_cast<std::size_t>(count));
  widen(found.weight.dtype, found.weight.bytes.data(), values.size(), values.data());
  return values;
}

result<tensor_ref> find_matrix(const weight_source& source, const std::string& name,
                               std::int64_t rows, std::int64_t cols) {
  HADAL_TRY_ASSIGN(found, find_weight(source, name, {rows, cols}, false, {}, model_config{}));
  return std::move(found.weight);
}

void dequantize_rows(const linear_weight& linear, std::int32_t row_begin, std::int32_t row_count,
                     float* to) {
  HADAL_ASSERT(row_begin >= 0 && row_count >= 0 && row_count <= linear.rows - row_begin);
  const auto cols = static_cast<std::size_t>(linear.cols);
  const std::size_t row_bytes = cols * element_bytes(linear.weight.dtype);
  widen(linear.weight.dtype,
        linear.weight.bytes.data() + static_cast<std::size_t>(row_begin) * row_bytes,
        static_cast<std::size_t>(row_count) * cols, to);
  if (!linear.scale)
    return;

  const auto scale_cols = static_cast<std::size_t>(block_count(linear.cols, linear.block_cols));
  const std::size_t scale_row_bytes = scale_cols * element_bytes(linear.scale->dtype);
  const auto block_cols = static_cast<std::size_t>(linear.block_cols);
  std::vector<float> scales(scale_cols);
  for (std::int32_t r = 0; r < row_count; ++r) {
    const auto scale_row = static_cast<std::size_t>((row_begin + r) / linear.block_rows);
    widen(linear.scale->dtype, linear.scale->bytes.data() + scale_row * scale_row_bytes, scale_cols,
          scales.data());
    float* row = to + static_cast<std::size_t>(r) * cols;
    for (std::size_t c = 0; c < cols; ++c)
      row[c] *= scales[c / block_cols];
  }
}

std::vector<float> block_scales(const linear_weight& linear) {
  if (!linear.scale)
    return {};
  std::vector<float> scales(linear.scale->bytes.size() / element_bytes(linear.scale->dtype));
  widen(linear.scale->dtype, linear.scale->bytes.data(), scales.size(), scales.data());
  return scales;
}

} // namespace hadal::model
