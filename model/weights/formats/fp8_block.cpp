#include "model/weights/formats/fp8_block.hpp"

#include "model/weights/formats/plain.hpp"

#include <fmt/core.h>

namespace hadal::model {

namespace {

constexpr std::int64_t block_count(std::int64_t length, std::int64_t block) noexcept {
  return (length + block - 1) / block;
}

bool is_scale_type(tensor_dtype dtype) noexcept {
  return dtype == tensor_dtype::f32 || dtype == tensor_dtype::bf16 ||
         dtype == tensor_dtype::f8_e8m0;
}

} // namespace

std::string scale_name(const std::string& weight_name) {
  return weight_name + "_scale_inv";
}

std::vector<std::int64_t> fp8_block_format::scale_shape(const weight_module& module) const {
  const std::int64_t rows = module.parts * block_count(module.rows, block_rows_);
  const std::int64_t cols = block_count(module.cols, block_cols_);
  if (module.stacks == 0)
    return {rows, cols};
  return {module.stacks, rows, cols};
}

std::vector<expected_tensor> fp8_block_format::expect(const weight_module& module) const {
  const std::string name = module.tensor_name();
  return {{name, module.shape(), {tensor_dtype::f8_e4m3}},
          {scale_name(name),
           scale_shape(module),
           {tensor_dtype::f32, tensor_dtype::bf16, tensor_dtype::f8_e8m0}}};
}

result<kernels::raw_weight> fp8_block_format::describe(const weight_source& source,
                                                       const weight_module& module) const {
  const auto stored = source.info(module.tensor_name());
  const auto scale = source.info(scale_name(module.tensor_name()));
  const bool scaled =
      stored && stored->dtype == tensor_dtype::f8_e4m3 && scale && is_scale_type(scale->dtype);
  if (!scaled)
    return plain_format().describe(source, module);
  return kernels::raw_weight(nullptr, kernel_dtype(stored->dtype), module.rows, module.cols,
                             {nullptr, kernel_dtype(scale->dtype), block_rows_, block_cols_},
                             input_);
}

result<found_weight> fp8_block_format::find(const weight_source& source,
                                            const weight_module& module) const {
  const std::string name = module.tensor_name();
  const auto stored = source.info(name);
  if (!stored || is_unquantised(stored->dtype))
    return plain_format().find(source, module);
  HADAL_TRY_ASSIGN(weight, source.tensor(name, module.shape()));
  if (weight.dtype != tensor_dtype::f8_e4m3)
    return bad_tensor(
        weight, fmt::format("is {}, expected F32, BF16, F16 or F8_E4M3", to_string(weight.dtype)));
  if (!source.has(scale_name(name)))
    return bad_tensor(weight,
                      fmt::format("is F8_E4M3, but its scale \"{}\" is missing", scale_name(name)));
  return find_scaled(source, module, weight);
}

result<found_weight> fp8_block_format::find_scaled(const weight_source& source,
                                                   const weight_module& module,
                                                   const tensor_ref& weight) const {
  HADAL_TRY_ASSIGN(scale, source.tensor(scale_name(weight.name), scale_shape(module)));
  if (!is_scale_type(scale.dtype))
    return bad_tensor(scale,
                      fmt::format("is {}, expected F32, BF16 or F8_E8M0", to_string(scale.dtype)));
  found_weight found = matrices_of(module, weight);
  const std::size_t bytes = static_cast<std::size_t>(block_count(module.rows, block_rows_) *
                                                     block_count(module.cols, block_cols_)) *
                            element_bytes(scale.dtype);
  for (std::size_t i = 0; i < found.matrices.size(); ++i) {
    found.matrices[i].scales = {scale.bytes.data() + i * bytes, kernel_dtype(scale.dtype),
                                block_rows_, block_cols_};
    found.matrices[i].input = input_;
  }
  found.owners.push_back(scale.owner);
  return found;
}

} // namespace hadal::model
