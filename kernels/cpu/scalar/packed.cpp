#include "kernels/cpu/scalar/packed.hpp"

#include "kernels/core/integers.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"

#include <cmath>
#include <cstring>
#include <new>

namespace hadal::kernels {

namespace {

void check(const raw_weight& raw) {
  HADAL_ASSERT(raw.data != nullptr && raw.rows > 0 && raw.cols > 0 && raw.row_stride >= raw.cols);
  const bool float8 = raw.type == dtype::float8_e4m3;
  HADAL_ASSERT(float8 == (raw.scales.data != nullptr));
  HADAL_ASSERT(!float8 || (raw.scales.block_rows > 0 && raw.scales.block_cols > 0));
  HADAL_ASSERT(float8 || raw.input == input_form::plain);
}

} // namespace

const float* scalar_matrix::row(std::int64_t n, float* buffer) const noexcept {
  if (!scaled())
    return values.as<float>() + n * cols;
  const auto* bytes = values.as<std::uint8_t>() + n * cols;
  if (input != input_form::plain) {
    for (std::int64_t k = 0; k < cols; ++k)
      buffer[k] = float8_e4m3_to_float(bytes[k]);
    return buffer;
  }
  const float* multipliers = row_scales(n);
  for (std::int64_t k = 0; k < cols; ++k)
    buffer[k] = round_to(compute, float8_e4m3_to_float(bytes[k]) * multipliers[k / block_cols]);
  return buffer;
}

result<scalar_matrix> pack_plain_matrix(const raw_weight& raw, dtype compute) {
  check(raw);
  scalar_matrix matrix;
  matrix.compute = compute;
  matrix.rows = raw.rows;
  matrix.cols = raw.cols;
  HADAL_TRY_ASSIGN(
      values, host_memory::reserve(static_cast<std::size_t>(raw.rows * raw.cols) * sizeof(float),
                                   "weights"));
  matrix.values = std::move(values);
  float* to = matrix.values.as<float>();
  for (std::int64_t n = 0; n < raw.rows; ++n) {
    for (std::int64_t k = 0; k < raw.cols; ++k) {
      float value = stored_value(raw, n, k);
      if (raw.scales.data != nullptr)
        value *= scale_of(raw, n, k);
      to[n * raw.cols + k] = round_to(compute, value);
    }
  }
  return matrix;
}

result<scalar_matrix> pack_matrix(const raw_weight& raw, dtype compute) {
  if (raw.type != dtype::float8_e4m3)
    return pack_plain_matrix(raw, compute);
  check(raw);
  scalar_matrix matrix;
  matrix.compute = compute;
  matrix.rows = raw.rows;
  matrix.cols = raw.cols;
  HADAL_TRY_ASSIGN(values,
                   host_memory::reserve(static_cast<std::size_t>(raw.rows * raw.cols), "weights"));
  matrix.values = std::move(values);
  for (std::int64_t n = 0; n < raw.rows; ++n)
    std::memcpy(matrix.values.as<std::uint8_t>() + n * raw.cols,
                static_cast<const std::uint8_t*>(raw.data) + n * raw.row_stride,
                static_cast<std::size_t>(raw.cols));
  matrix.block_rows = raw.scales.block_rows;
  matrix.block_cols = raw.scales.block_cols;
  matrix.scale_cols = raw.scales.col_blocks(raw.cols);
  matrix.input = raw.input;
  const std::int64_t scales = raw.scales.row_blocks(raw.rows) * matrix.scale_cols;
  for (std::int64_t i = 0; i < scales; ++i)
    matrix.scales.push_back(load_element(raw.scales.data, raw.scales.type, i));
  return matrix;
}

result<packed_embedding_ptr> scalar_backend::pack_embedding(const raw_weight& table) const {
  HADAL_ASSERT(table.type != dtype::float8_e4m3);
  HADAL_TRY_ASSIGN(matrix, pack_plain_matrix(table, options().compute));
  return std::make_unique<scalar_embedding>(std::move(matrix));
}

result<packed_norm_ptr> scalar_backend::pack_norm(std::span<const float> weight) const {
  std::vector<float> values(weight.begin(), weight.end());
  for (float& value : values)
    value = round_to(options().compute, value);
  return std::make_unique<scalar_norm>(std::move(values));
}

result<packed_linear_ptr> scalar_backend::pack_linear(std::span<const raw_weight> parts) const {
  HADAL_ASSERT(!parts.empty());
  std::vector<scalar_matrix> packed;
  std::int64_t rows = 0;
  for (const raw_weight& part : parts) {
    HADAL_ASSERT(part.cols == parts[0].cols);
    HADAL_TRY_ASSIGN(matrix, pack_matrix(part, options().compute));
    rows += matrix.rows;
    packed.push_back(std::move(matrix));
  }
  return std::make_unique<scalar_linear>(rows, parts[0].cols, std::move(packed));
}

result<packed_kv_b_ptr> scalar_backend::pack_kv_b(const raw_weight& kv_b,
                                                  const mla_shape& shape) const {
  HADAL_ASSERT(kv_b.cols == shape.kv_lora_rank);
  HADAL_ASSERT(kv_b.rows ==
               std::int64_t{shape.heads} * (shape.qk_nope_head_dim + shape.v_head_dim));
  HADAL_TRY_ASSIGN(matrix, pack_plain_matrix(kv_b, options().compute));
  return std::make_unique<scalar_kv_b>(shape, std::move(matrix));
}

result<packed_router_ptr> scalar_backend::pack_router(const raw_weight& gate,
                                                      std::span<const float> bias,
                                                      const routing_shape& shape) const {
  HADAL_ASSERT(gate.type != dtype::float8_e4m3 && gate.rows == shape.experts);
  HADAL_ASSERT(shape.experts_per_token > 0 && shape.experts_per_token <= shape.experts);
  HADAL_ASSERT(shape.groups > 0 && shape.experts % shape.groups == 0);
  HADAL_ASSERT(bias.size() == (shape.method == routing_method::noaux_tc
                                   ? static_cast<std::size_t>(shape.experts)
                                   : std::size_t{0}));
  HADAL_TRY_ASSIGN(matrix, pack_plain_matrix(gate, options().compute));
  return std::make_unique<scalar_router>(shape, std::move(matrix),
                                         std::vector<float>(bias.begin(), bias.end()));
}

result<packed_experts_ptr> scalar_backend::pack_experts(std::span<const raw_expert> experts) const {
  auto packed = std::make_unique<scalar_experts>();
  for (const raw_expert& expert : experts) {
    const raw_weight gate_up[] = {expert.gate, expert.up};
    HADAL_TRY_ASSIGN(first, pack_linear(gate_up));
    HADAL_TRY_ASSIGN(second, pack_linear({&expert.down, 1}));
    packed->experts.push_back({std::move(first), std::move(second)});
  }
  return packed;
}

std::uint64_t scalar_backend::embedding_bytes(const raw_weight& table) const {
  return static_cast<std::uint64_t>(table.rows * table.cols) * sizeof(float);
}

std::uint64_t scalar_backend::linear_bytes(const raw_weight& part) const {
  if (part.type != dtype::float8_e4m3)
    return embedding_bytes(part);
  const std::int64_t scales = part.scales.row_blocks(part.rows) * part.scales.col_blocks(part.cols);
  return static_cast<std::uint64_t>(part.rows * part.cols) +
         static_cast<std::uint64_t>(scales) * sizeof(float);
}

std::uint64_t scalar_backend::kv_b_bytes(const raw_weight& kv_b, const mla_shape&) const {
  return embedding_bytes(kv_b);
}

result<rope_table_ptr> scalar_backend::make_rope_table(std::span<const float> inv_freq,
                                                       float multiplier,
                                                       std::int64_t positions) const {
  const auto pairs = static_cast<std::int64_t>(inv_freq.size());
  HADAL_TRY_ASSIGN(
      angles, host_memory::reserve(static_cast<std::size_t>(positions * 2 * pairs) * sizeof(float),
                                   "the rope table"));
  auto table = std::make_unique<scalar_rope_table>(pairs, positions, std::move(angles));
  float* to = table->angles.as<float>();
  for (std::int64_t p = 0; p < positions; ++p) {
    for (std::int64_t i = 0; i < pairs; ++i) {
      const float angle = static_cast<float>(p) * inv_freq[static_cast<std::size_t>(i)];
      to[(p * 2) * pairs + i] = std::cos(angle) * multiplier;
      to[(p * 2 + 1) * pairs + i] = std::sin(angle) * multiplier;
    }
  }
  return table;
}

result<kv_cache_ptr> scalar_backend::make_kv_cache(const kv_cache_shape& shape) {
  const auto bytes = static_cast<std::size_t>(shape.elements()) * size_bytes(options().compute);
  HADAL_TRY_ASSIGN(rows, host_memory::reserve(bytes, "the KV cache"));
  return std::make_unique<scalar_kv_cache>(shape, options().compute, std::move(rows));
}

} // namespace hadal::kernels
