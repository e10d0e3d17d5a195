#include "model/weights/expected/dummy_weights.hpp"

#include "kernels/core/float_formats.hpp"
#include "model/weights/expected/random_normals.hpp"
#include "model/weights/formats/weight_formats.hpp"
#include "model/weights/safetensors_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>

namespace hadal::model {

namespace {

constexpr float norm_deviation = 0.05f;
constexpr float router_bias_deviation = 0.01f;
constexpr float e4m3_max = 448.0f;
/// Lower bound of a block's maximum: a block of zeros would have a scale of zero.
constexpr float amax_min = 1e-12f;

tensor_dtype stored_as(compute_dtype dtype) {
  switch (dtype) {
  case compute_dtype::float32: return tensor_dtype::f32;
  case compute_dtype::float16: return tensor_dtype::f16;
  case compute_dtype::bfloat16: break;
  }
  return tensor_dtype::bf16;
}

std::int64_t elements(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape)
    count *= dimension;
  return count;
}

/// value = mean + deviation * normal, by role.
float shaped(tensor_role role, float normal, float deviation) {
  switch (role) {
  case tensor_role::norm: return 1.0f + norm_deviation * normal;
  case tensor_role::router_bias: return router_bias_deviation * std::fabs(normal);
  default: return deviation * normal;
  }
}

float deviation_of(tensor_role role, const std::vector<std::int64_t>& shape) {
  if (role == tensor_role::embedding)
    return 1.0f;
  return 1.0f / std::sqrt(static_cast<float>(shape.back()));
}

void store(tensor_dtype dtype, float value, std::byte* to) {
  if (dtype == tensor_dtype::f32) {
    std::memcpy(to, &value, sizeof value);
    return;
  }
  const std::uint16_t bits = dtype == tensor_dtype::bf16 ? kernels::float_to_bfloat16(value)
                                                         : kernels::float_to_float16(value);
  std::memcpy(to, &bits, sizeof bits);
}

/// Runs `each(row_begin, rows, values)` over blocks of rows of a linear's unquantised values.
template <class F>
void for_row_blocks(std::uint64_t stream, const std::vector<std::int64_t>& shape,
                    std::int64_t block_rows, F each) {
  const std::int64_t cols = shape[1];
  const float deviation = deviation_of(tensor_role::linear, shape);
  std::vector<float> values(static_cast<std::size_t>(std::min(block_rows, shape[0]) * cols));
  for (std::int64_t begin = 0; begin < shape[0]; begin += block_rows) {
    const std::int64_t rows = std::min(block_rows, shape[0] - begin);
    const std::span<float> part(values.data(), static_cast<std::size_t>(rows * cols));
    fill_normals(stream, static_cast<std::uint64_t>(begin * cols), part);
    for (float& value : part)
      value *= deviation;
    each(begin, rows, std::span<const float>(part));
  }
}

/// One scale for each block of columns in a block of rows.
std::vector<float> scales_of(std::span<const float> values, std::int64_t rows, std::int64_t cols,
                             const fp8_config& fp8) {
  const std::int64_t blocks = (cols + fp8.weight_block_cols - 1) / fp8.weight_block_cols;
  std::vector<float> scales(static_cast<std::size_t>(blocks), amax_min);
  // Compares magnitudes by their bits, which the compiler vectorises.
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* const row = values.data() + r * cols;
    for (std::size_t block = 0; block < scales.size(); ++block) {
      const auto begin = static_cast<std::int64_t>(block) * fp8.weight_block_cols;
      const std::int64_t end = std::min<std::int64_t>(cols, begin + fp8.weight_block_cols);
      auto amax = std::bit_cast<std::uint32_t>(scales[block]);
      for (std::int64_t c = begin; c < end; ++c)
        amax = std::max(amax, std::bit_cast<std::uint32_t>(std::fabs(row[c])));
      scales[block] = std::bit_cast<float>(amax);
    }
  }
  for (float& scale : scales) {
    scale /= e4m3_max;
    if (fp8.scale_ue8m0)
      scale = std::exp2(std::ceil(std::log2(scale)));
  }
  return scales;
}

} // namespace

dummy_weights::dummy_weights(const model_config& config, std::uint64_t seed)
  : seed_(seed), fp8_(config.quantization) {
  const tensor_dtype float_dtype = stored_as(config.torch_dtype.value_or(compute_dtype::bfloat16));
  const weight_formats formats(config, true);
  const auto add_all = [&](const std::vector<weight_module>& modules) {
    for (const weight_module& module : modules)
      add(module, formats.format_of(module), float_dtype);
  };
  add_all(modules_outside_layers(config).all());
  const std::int32_t layers = config.num_hidden_layers + config.num_nextn_predict_layers;
  for (std::int32_t layer = 0; layer < layers; ++layer)
    add_all(modules_of_layer(config, layer, false).all());
}

void dummy_weights::add(const weight_module& module, const weight_format& format,
                        tensor_dtype float_dtype) {
  const std::vector<expected_tensor> tensors = format.expect(module);
  const expected_tensor& weight = tensors.at(0);
  recipe how;
  how.made = {module.role == tensor_role::router_bias ? tensor_dtype::f32 : float_dtype,
              weight.shape};
  how.role = module.role;
  if (tensors.size() > 1) {
    how.made.dtype = weight.dtypes.front();
    const expected_tensor& scales = tensors[1];
    recipes_.emplace(
        scales.name,
        recipe{{scales.dtypes.front(), scales.shape}, module.role, weight.name, weight.shape});
  }
  recipes_.emplace(weight.name, std::move(how));
}

std::optional<tensor_info> dummy_weights::info(const std::string& name) const {
  const auto it = recipes_.find(name);
  if (it == recipes_.end())
    return std::nullopt;
  return it->second.made;
}

result<tensor_ref> dummy_weights::tensor(const std::string& name,
                                         const std::vector<std::int64_t>& shape) const {
  const auto it = recipes_.find(name);
  if (it == recipes_.end())
    return fail(
        error_code::invalid_checkpoint,
        fmt::format("{}: config.json has no tensor \"{}\" {}", origin(), name, shape_text(shape)),
        name);
  const recipe& how = it->second;
  if (how.made.shape != shape)
    return fail(error_code::invalid_checkpoint,
                fmt::format("{}: tensor \"{}\" has shape {}, expected {}", origin(), name,
                            shape_text(how.made.shape), shape_text(shape)),
                name);
  const std::size_t size =
      static_cast<std::size_t>(elements(shape)) * element_bytes(how.made.dtype);
  std::shared_ptr<std::byte[]> memory(new (std::nothrow) std::byte[size]);
  if (!memory)
    return fail(
        error_code::out_of_memory,
        fmt::format("{}: no memory for the {} bytes of tensor \"{}\"", origin(), size, name), name);
  const std::span<std::byte> bytes(memory.get(), size);
  if (!how.weight_name.empty())
    make_scales(how, bytes);
  else if (how.made.dtype == tensor_dtype::f8_e4m3)
    make_fp8(name, how, bytes);
  else
    make_floats(name, how, bytes);
  return tensor_ref{name, how.made.dtype, shape, bytes, std::move(memory), origin()};
}

void dummy_weights::make_floats(const std::string& name, const recipe& how,
                                std::span<std::byte> to) const {
  constexpr std::size_t chunk = 4096;
  const std::uint64_t stream = normal_stream(seed_, name);
  const float deviation = deviation_of(how.role, how.made.shape);
  const std::size_t size = element_bytes(how.made.dtype);
  const std::size_t count = to.size() / size;
  std::vector<float> normals(chunk);
  for (std::size_t begin = 0; begin < count; begin += chunk) {
    const std::span<float> part(normals.data(), std::min(chunk, count - begin));
    fill_normals(stream, begin, part);
    for (std::size_t i = 0; i < part.size(); ++i)
      store(how.made.dtype, shaped(how.role, part[i], deviation), &to[(begin + i) * size]);
  }
}

void dummy_weights::make_fp8(const std::string& name, const recipe& how,
                             std::span<std::byte> to) const {
  const std::int64_t cols = how.made.shape[1];
  for_row_blocks(normal_stream(seed_, name), how.made.shape, fp8_->weight_block_rows,
                 [&](std::int64_t begin, std::int64_t rows, std::span<const float> values) {
                   const auto scales = scales_of(values, rows, cols, *fp8_);
                   std::byte* out = &to[static_cast<std::size_t>(begin * cols)];
                   const float* from = values.data();
                   for (std::int64_t r = 0; r < rows; ++r)
                     for (std::int64_t first = 0; first < cols; first += fp8_->weight_block_cols) {
                       const float scale =
                           scales[static_cast<std::size_t>(first / fp8_->weight_block_cols)];
                       const std::int64_t last =
                           std::min<std::int64_t>(cols, first + fp8_->weight_block_cols);
                       for (std::int64_t c = first; c < last; ++c)
                         *out++ = std::byte{kernels::float_to_float8_e4m3(*from++ / scale)};
                     }
                 });
}

void dummy_weights::make_scales(const recipe& how, std::span<std::byte> to) const {
  std::byte* out = to.data();
  for_row_blocks(normal_stream(seed_, how.weight_name), how.weight_shape, fp8_->weight_block_rows,
                 [&](std::int64_t, std::int64_t rows, std::span<const float> values) {
                   const auto scales = scales_of(values, rows, how.weight_shape[1], *fp8_);
                   std::memcpy(out, scales.data(), scales.size() * sizeof(float));
                   out += scales.size() * sizeof(float);
                 });
}

} // namespace hadal::model
