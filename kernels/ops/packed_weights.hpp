#pragma once
// Weights before and after packing. `raw_weight` describes a weight as the checkpoint stores it;
// the `packed_*` classes are opaque handles to the form that a backend made of it at load, in the
// layout that its kernels want. The raw bytes are not needed after packing. A handle is immutable
// and may be used only with the backend that made it, which must outlive it.

#include "kernels/core/dtype.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace hadal::kernels {

/// Rows of a linear, `W[out, in]` row-major without gaps, y = x * W^T. `data` may be unaligned.
/// float8_e4m3 weights carry block scales, the multipliers of the stored values: W[n, k] = value[n,
/// k] * scales[n / block_rows][k / block_cols], with ceil(rows / block_rows) x ceil(cols /
/// block_cols) scales; edge blocks are partial.
struct raw_weight {
  const void* data = nullptr;
  dtype type = dtype::float32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::span<const float> scales; // empty unless type is float8_e4m3
  std::int32_t block_rows = 128;
  std::int32_t block_cols = 128;
};

class packed_handle {
public:
  packed_handle(const packed_handle&) = delete;
  packed_handle& operator=(const packed_handle&) = delete;
  virtual ~packed_handle() = default;

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
