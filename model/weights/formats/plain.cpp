#include "model/weights/formats/plain.hpp"

#include "base/assert.hpp"
#include "model/weights/formats/fp8_block.hpp"

#include <fmt/core.h>

namespace hadal::model {

tl::unexpected<error> bad_tensor(const tensor_ref& tensor, std::string_view what) {
  return fail(error_code::invalid_checkpoint,
              fmt::format("{}: tensor \"{}\" {}", tensor.file, tensor.name, what), tensor.name);
}

bool is_unquantised(tensor_dtype dtype) noexcept {
  return dtype == tensor_dtype::f32 || dtype == tensor_dtype::bf16 || dtype == tensor_dtype::f16;
}

kernels::dtype kernel_dtype(tensor_dtype dtype) noexcept {
  switch (dtype) {
  case tensor_dtype::f32: return kernels::dtype::float32;
  case tensor_dtype::bf16: return kernels::dtype::bfloat16;
  case tensor_dtype::f16: return kernels::dtype::float16;
  case tensor_dtype::f8_e8m0: return kernels::dtype::float8_e8m0;
  default: HADAL_ASSERT(dtype == tensor_dtype::f8_e4m3); return kernels::dtype::float8_e4m3;
  }
}

found_weight matrices_of(const weight_module& module, const tensor_ref& tensor) {
  const bool vector = module.cols == 0;
  const std::int64_t rows = vector ? 1 : module.rows;
  const std::int64_t cols = vector ? module.rows : module.cols;
  const std::size_t bytes = static_cast<std::size_t>(rows * cols) * element_bytes(tensor.dtype);
  found_weight found;
  for (std::int64_t i = 0; i < module.matrices(); ++i)
    found.matrices.emplace_back(tensor.bytes.data() + static_cast<std::size_t>(i) * bytes,
                                kernel_dtype(tensor.dtype), rows, cols);
  found.owners.push_back(tensor.owner);
  return found;
}

std::vector<expected_tensor> plain_format::expect(const weight_module& module) const {
  return {{module.tensor_name(),
           module.shape(),
           {tensor_dtype::bf16, tensor_dtype::f32, tensor_dtype::f16}}};
}

result<kernels::raw_weight> plain_format::describe(const weight_source& source,
                                                   const weight_module& module) const {
  const std::string name = module.tensor_name();
  const auto stored = source.info(name);
  if (!stored || !is_unquantised(stored->dtype))
    return fail(error_code::invalid_checkpoint,
                fmt::format("{}: tensor \"{}\" is {}, expected F32, BF16 or F16", source.origin(),
                            name, stored ? to_string(stored->dtype) : "missing"),
                name);
  return kernels::raw_weight(nullptr, kernel_dtype(stored->dtype), module.rows, module.cols);
}

result<found_weight> plain_format::find(const weight_source& source,
                                        const weight_module& module) const {
  HADAL_TRY_ASSIGN(tensor, source.tensor(module.tensor_name(), module.shape()));
  if (module.role == tensor_role::linear && tensor.dtype == tensor_dtype::f8_e4m3)
    return bad_tensor(tensor, "is F8_E4M3, but config.json has no quantization_config that gives "
                              "its block size, or lists its module as not converted");
  if (!is_unquantised(tensor.dtype))
    return bad_tensor(tensor,
                      fmt::format("is {}, expected F32, BF16 or F16", to_string(tensor.dtype)));
  const std::string scale = scale_name(tensor.name);
  if (module.role == tensor_role::linear && source.has(scale))
    return bad_tensor(tensor,
                      fmt::format("is {} but has a scale, \"{}\", which only F8_E4M3 weights may "
                                  "have",
                                  to_string(tensor.dtype), scale));
  return matrices_of(module, tensor);
}

result<std::vector<float>> find_floats(const weight_source& source, const weight_module& module) {
  HADAL_TRY_ASSIGN(found, plain_format().find(source, module));
  const kernels::raw_weight& raw = found.matrices.at(0);
  std::vector<float> values;
  for (std::int64_t i = 0; i < raw.cols; ++i)
    values.push_back(kernels::stored_value(raw, 0, i));
  return values;
}

} // namespace hadal::model
