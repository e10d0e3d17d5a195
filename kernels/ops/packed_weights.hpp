#pragma once
// Weights before and after packing. `raw_weight` describes a weight as the checkpoint stores it;
// the `packed_*` classes are opaque handles to the form that a backend made of it at load, in the
// layout that its kernels want. The raw bytes are not needed after packing. A handle is immutable
// and may be used only with the backend that made it, which must outlive it.

#include "kernels/core/float_formats.hpp"

#include <cstdint>
#include <memory>

namespace hadal::kernels {

/// The form in which rows of activations meet a weight. It is a property of each weight, since a
/// checkpoint may hold weights of several formats.
enum class input_form : std::uint8_t {
  plain,          // as they are; the weight is dequantised to the compute dtype
  e4m3_128,       // quantised to e4m3 by groups of 128 columns, see backend::quantize_fp8
  e4m3_128_ue8m0, // the same with scales that are powers of two
};

/// Multipliers of a weight's stored values, one per block, row-major without gaps: [ceil(rows /
/// block_rows), ceil(cols / block_cols)]; edge blocks are partial. `data` may be unaligned.
struct raw_scales {
  const void* data = nullptr;  // null: the weight has none
  dtype type = dtype::float32; // float32, bfloat16 or float8_e8m0
  std::int32_t block_rows = 0;
  std::int32_t block_cols = 0;

  std::int64_t row_blocks(std::int64_t rows) const noexcept {
    return (rows + block_rows - 1) / block_rows;
  }
  std::int64_t col_blocks(std::int64_t cols) const noexcept {
    return (cols + block_cols - 1) / block_cols;
  }
};

/// A weight of a linear as it is stored, `W[out, in]` by rows, y = x * W^T. W[n, k] = stored[n, k]
/// * scale of the block of (n, k), if it has scales. `data` may be unaligned.
struct raw_weight {
  const void* data = nullptr;
  dtype type = dtype::float32; // float32, bfloat16, float16; float8_e4m3, which has scales
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t row_stride = 0; // elements from a row to the next, >= cols
  raw_scales scales;
  input_form input = input_form::plain; // another than plain only for float8_e4m3

  raw_weight() = default;
  /// Rows without gaps.
  raw_weight(const void* data, dtype type, std::int64_t rows, std::int64_t cols,
             const raw_scales& scales = {}, input_form input = input_form::plain)
    : data(data), type(type), rows(rows), cols(cols), row_stride(cols), scales(scales),
      input(input) {}
};

/// Element (n, k) of a weight as stored, without its scale.
inline float stored_value(const raw_weight& weight, std::int64_t n, std::int64_t k) noexcept {
  return load_element(weight.data, weight.type, n * weight.row_stride + k);
}

/// The scale of element (n, k) of a weight that has scales.
inline float scale_of(const raw_weight& weight, std::int64_t n, std::int64_t k) noexcept {
  const raw_scales& s = weight.scales;
  return load_element(s.data, s.type,
                      n / s.block_rows * s.col_blocks(weight.cols) + k / s.block_cols);
}

class packed_handle {
public:
  packed_handle(const packed_handle&) = delete;
  packed_handle& operator=(const packed_handle&) = delete;
  virtual ~packed_handle() = default;

  /// Memory that it holds, without what allocators round up.
  virtual std::uint64_t bytes() const noexcept = 0;

protected:
  packed_handle() = default;
};

/// A linear's weight [rows, cols]; several raw weights stacked by rows count as one.
class packed_linear : public packed_handle {
public:
  const std::int64_t rows;
  const std::int64_t cols;

protected:
  packed_linear(std::int64_t rows, std::int64_t cols) : rows(rows), cols(cols) {}
};

/// A vocabulary's embeddings [rows, cols].
class packed_embedding : public packed_handle {
public:
  const std::int64_t rows;
  const std::int64_t cols;

protected:
  packed_embedding(std::int64_t rows, std::int64_t cols) : rows(rows), cols(cols) {}
};

/// The weight of an RMS norm [cols].
class packed_norm : public packed_handle {
public:
  const std::int64_t cols;

protected:
  explicit packed_norm(std::int64_t cols) : cols(cols) {}
};

/// kv_b_proj [heads * (qk_nope_head_dim + v_head_dim), kv_lora_rank], for the absorbed and the
/// expanded form of attention alike.
class packed_kv_b : public packed_handle {};

/// The router of a MoE layer: gate [n_routed_experts, hidden_size] and the bias of the choice.
class packed_router : public packed_handle {};

/// The routed experts of a MoE layer.
class packed_experts : public packed_handle {};

/// cos and sin of every position.
class rope_table : public packed_handle {};

/// One routed expert: gate and up are [moe_intermediate_size, hidden_size], down is
/// [hidden_size, moe_intermediate_size].
struct raw_expert {
  raw_weight gate;
  raw_weight up;
  raw_weight down;
};

using packed_linear_ptr = std::unique_ptr<const packed_linear>;
using packed_embedding_ptr = std::unique_ptr<const packed_embedding>;
using packed_norm_ptr = std::unique_ptr<const packed_norm>;
using packed_kv_b_ptr = std::unique_ptr<const packed_kv_b>;
using packed_router_ptr = std::unique_ptr<const packed_router>;
using packed_experts_ptr = std::unique_ptr<const packed_experts>;
using rope_table_ptr = std::unique_ptr<const rope_table>;

} // namespace hadal::kernels
