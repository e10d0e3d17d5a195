#pragma once
// Packed weights of the scalar backend.

#include "kernels/core/float_formats.hpp"
#include "kernels/core/host_memory.hpp"
#include "kernels/ops/kv_cache.hpp"
#include "kernels/ops/packed_weights.hpp"
#include "kernels/ops/shapes.hpp"

#include <vector>

namespace hadal::kernels {

/// One weight [rows, cols]: float32 values of the compute dtype, or float8 bytes and scales, which
/// meet quantised rows or are dequantised to the compute dtype in use.
struct scalar_matrix {
  dtype compute = dtype::float32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  host_memory values;        // float, or float8 bytes
  std::vector<float> scales; // [ceil(rows / block_rows), scale_cols]
  std::int64_t block_rows = 0;
  std::int64_t block_cols = 0;
  std::int64_t scale_cols = 0;
  input_form input = input_form::plain; // another only for float8

  /// True for float8 bytes.
  bool scaled() const noexcept { return !scales.empty(); }
  std::uint64_t bytes() const noexcept { return values.bytes() + scales.size() * sizeof(float); }

  /// Row n as float32: the values that are multiplied, without scales where the input is
  /// quantised. `buffer` [cols] takes the row if it has to be decoded.
  const float* row(std::int64_t n, float* buffer) const noexcept;
  /// The scales of row n, one per block of columns.
  const float* row_scales(std::int64_t n) const noexcept {
    return scales.data() + n / block_rows * scale_cols;
  }
};

/// float8 keeps its bytes and scales, other types become values of `compute`. Errors:
/// out_of_memory.
result<scalar_matrix> pack_matrix(const raw_weight& raw, dtype compute);

/// Every value in the compute dtype, float8 dequantised. Errors: out_of_memory.
result<scalar_matrix> pack_plain_matrix(const raw_weight& raw, dtype compute);

struct scalar_linear final : packed_linear {
  scalar_linear(std::int64_t rows, std::int64_t cols, std::vector<scalar_matrix> parts)
    : packed_linear(rows, cols), parts(std::move(parts)) {}
  std::uint64_t bytes() const noexcept override {
    std::uint64_t all = 0;
    for (const scalar_matrix& part : parts)
      all += part.bytes();
    return all;
  }
  std::vector<scalar_matrix> parts; // stacked by rows
};

struct scalar_embedding final : packed_embedding {
  explicit scalar_embedding(scalar_matrix matrix)
    : packed_embedding(matrix.rows, matrix.cols), matrix(std::move(matrix)) {}
  std::uint64_t bytes() const noexcept override { return matrix.bytes(); }
  scalar_matrix matrix; // not scaled
};

struct scalar_norm final : packed_norm {
  explicit scalar_norm(std::vector<float> weight)
    : packed_norm(static_cast<std::int64_t>(weight.size())), weight(std::move(weight)) {}
  std::uint64_t bytes() const noexcept override { return weight.size() * sizeof(float); }
  std::vector<float> weight;
};

struct scalar_kv_b final : packed_kv_b {
  scalar_kv_b(const mla_shape& shape, scalar_matrix matrix)
    : shape(shape), matrix(std::move(matrix)) {}
  std::uint64_t bytes() const noexcept override { return matrix.bytes(); }
  mla_shape shape;
  scalar_matrix matrix; // not scaled, rows of head h: nope rows of W_UK, then v rows of W_UV

  const float* key_row(std::int64_t head, std::int64_t n) const noexcept {
    return matrix.values.as<float>() + (head * head_rows() + n) * matrix.cols;
  }
  const float* value_row(std::int64_t head, std::int64_t v) const noexcept {
    return key_row(head, shape.qk_nope_head_dim + v);
  }
  std::int64_t head_rows() const noexcept { return shape.qk_nope_head_dim + shape.v_head_dim; }
};

struct scalar_router final : packed_router {
  scalar_router(const routing_shape& shape, scalar_matrix gate, std::vector<float> bias)
    : shape(shape), gate(std::move(gate)), bias(std::move(bias)) {}
  std::uint64_t bytes() const noexcept override {
    return gate.bytes() + bias.size() * sizeof(float);
  }
  routing_shape shape;
  scalar_matrix gate; // not scaled
  std::vector<float> bias;
};

struct scalar_experts final : packed_experts {
  struct expert {
    packed_linear_ptr gate_up;
    packed_linear_ptr down;
  };
  std::uint64_t bytes() const noexcept override {
    std::uint64_t all = 0;
    for (const expert& e : experts)
      all += e.gate_up->bytes() + e.down->bytes();
    return all;
  }
  std::vector<expert> experts;
};

struct scalar_rope_table final : rope_table {
  scalar_rope_table(std::int64_t pairs, std::int64_t positions, host_memory angles)
    : pairs(pairs), positions(positions), angles(std::move(angles)) {}
  std::uint64_t bytes() const noexcept override { return angles.bytes(); }
  std::int64_t pairs;
  std::int64_t positions;
  host_memory angles; // float [positions, 2, pairs]: cos, then sin

  const float* cosines(std::int64_t position) const noexcept {
    return angles.as<float>() + position * 2 * pairs;
  }
  const float* sines(std::int64_t position) const noexcept { return cosines(position) + pairs; }
};

struct scalar_kv_cache final : kv_cache {
  scalar_kv_cache(const kv_cache_shape& shape, dtype type, host_memory rows)
    : kv_cache(shape), type(type), rows(std::move(rows)) {}
  dtype type;
  host_memory rows; // `type` [layers, pages, 64, row_dim]

  /// Index of the first element of a token's row, `row` in 0..63.
  std::int64_t row_element(std::int32_t layer, page_id page, std::int64_t row) const noexcept {
    return ((std::int64_t{layer} * shape.pages + raw(page)) * limits::page_size_tokens + row) *
           shape.row_dim;
  }
};

} // namespace hadal::kernels
