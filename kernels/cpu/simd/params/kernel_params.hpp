#pragma once
// Parameters of the vector kernels: plain records of pointers and counts without inline functions,
// so that files compiled for one instruction set can include them (see avx2/vector.hpp). Strides
// are in elements. The backend has checked the values; kernels do not.

#include "kernels/cpu/simd/params/element.hpp"

#include <cstdint>

namespace hadal {
enum class page_id : std::uint32_t;
}

namespace hadal::kernels::simd {

/// Outputs (rows of a weight) that are stored side by side and computed together.
inline constexpr std::int32_t panel_width = 16;
/// Panels that one gemm call may compute.
inline constexpr std::int32_t gemm_panels_max = 4;
/// Most columns of K that are summed before the sum is added to the total.
inline constexpr std::int32_t segment_length_max = 128;

/// Order in memory of the weights of a panel.
enum class panel_order : std::uint8_t {
  columns, // for every k panel_width adjacent weights
  // K padded with zeros to a multiple of 4, two weights of a row side by side. bfloat16: [k /
  // 2][panel_width][2]. float8: 64 bytes for every four k, the weight of column c and k + i at 16 *
  // (c / 4) + 8 * (i / 2) + 2 * (c % 4) + i % 2, the order that decoding by bytes needs.
  pairs,
  // float8 only. K padded with zeros to a multiple of 2, and 32 bytes for every two k, the weight
  // of column c and k + i at 4 * (c % 8) + 2 * i + c / 8: two shifts and a mask give eight floats.
  twos,
  // bfloat16 only, in 12 bits. K is a multiple of 8. 192 bytes for every eight k: sign and fraction
  // of the first four k, then of the second four, each in the float8 order of `pairs`; then the
  // codes of their exponents in the same order, those of the first four in the lower half of each
  // byte.
  coded,
};

/// A weight in the `coded` order whose exponent has no code.
struct coded_exception {
  std::uint16_t place; // in the segment, in the bfloat16 order of `pairs`
  std::uint16_t bits;
};

/// The data of `coded` weights beside their panels.
struct exponent_codes {
  static constexpr int count = 16;
  std::uint8_t exponents[count] = {};              // of each code, biased as in bfloat16
  const coded_exception* exceptions = nullptr;     // segment by segment
  const std::uint32_t* exception_begins = nullptr; // [panel_count * segments + 1], into exceptions
};

/// The orders that a gemm prefers. It also takes columns, for weights that `pairs` does not fit.
struct panel_orders {
  panel_order bfloat16 = panel_order::columns; // or pairs
  panel_order float8 = panel_order::columns;
  // A bfloat16 weight of at least so many bytes is stored `coded` instead of in pairs: every step
  // reads it from memory. A smaller weight may stay in a cache, and then decoding costs more than
  // it saves.
  std::int64_t coded_bytes_min = INT64_MAX;
};

/// out[r, n] = sum over segments s of K of (sum over k in s of x[r, k] * w[n, k]) * scale, where
/// scale = x_scales[r, s] * w_scales[n, s] (a missing factor is 1). Both sums run in ascending
/// order, one fused multiply-add at a time, or one pair at a time in the order of pairs: the bits
/// of an output depend only on its own row and column.
struct gemm_params {
  const float* x = nullptr; // [rows, k], or with x_rows: row r is row x_rows[r]
  std::int64_t x_stride = 0;
  const std::int32_t* x_rows = nullptr; // null: in order
  const float* x_scales = nullptr;      // [rows, segments], picked by x_rows too; null: none
  std::int64_t x_scale_stride = 0;
  std::int64_t rows = 0;
  std::int64_t k = 0;

  const void* panels = nullptr; // panel_count panels of `weight` in `order`
  std::int64_t panel_stride = 0;
  element weight = element::float32;
  // pairs: x holds values of bfloat16, weight is bfloat16 or float8, segment is a multiple of 4,
  // weight_round is float32; only for a kernel_table that prefers it. twos: likewise, and segment
  // is even.
  panel_order order = panel_order::columns;
  exponent_codes codes;            // coded only
  const float* w_scales = nullptr; // [panel_count][segments][panel_width], null: none
  // If not float32, weights times their scales are rounded to it before they are multiplied with x,
  // and sums are multiplied with x_scales only.
  element weight_round = element::float32;
  std::int32_t segment = 0;     // elements of K, 1..segment_length_max
  std::int32_t panel_count = 0; // 1..gemm_panels_max

  float* out = nullptr; // [rows, cols], rounded once
  std::int64_t out_stride = 0;
  const std::int32_t* out_rows = nullptr; // row r goes to row out_rows[r]; null: in order
  element round = element::float32;
  std::int64_t cols = 0; // columns that exist: at most panel_count * panel_width
};

/// One row of RMS norm.
struct norm_row_params {
  const float* row = nullptr; // [cols]
  const float* weight = nullptr;
  std::int64_t cols = 0;
  float eps = 0.0f;
  element round = element::float32;
  float* out = nullptr; // may be row
};

/// One row quantised to e4m3 by groups of 128 columns; the quantised values as floats, times the
/// power of two that the gemm of the same kernel_table expects of an x with scales.
struct quantise_row_params {
  const float* x = nullptr;
  std::int64_t cols = 0;
  bool ue8m0 = false;
  float* out = nullptr;     // [cols]
  float* scales = nullptr;  // [ceil(cols / segment)]: a group's scale once for each of its segments
  std::int32_t segment = 0; // divides 128
};

/// Query heads that share one reading of the keys.
inline constexpr std::int32_t attention_heads_max = 6;

/// Attention of some heads of one query token over the first `key_count` rows of a paged latent
/// cache, in two parts with a softmax between them. latent_scores: score = scale * q . row, for
/// some pages. latent_values: out = sum of score_j times value d of row j, in ascending j, for some
/// d. The places of rows in memory and the division of pages and values change no bit.
struct latent_attention_params {
  const float* q = nullptr; // [heads, key_dim]
  std::int64_t q_stride = 0;
  std::int32_t heads = 0; // 1..attention_heads_max

  const void* cache = nullptr; // [pages, page_size, key_dim] of `cache_type`
  element cache_type = element::float32;
  std::int64_t page_stride = 0;
  std::int64_t row_stride = 0;
  const page_id* pages = nullptr; // key j is row j % page_size of page pages[j / page_size]
  std::int32_t page_size = 0;
  std::int64_t key_count = 0; // >= 1
  std::int32_t key_dim = 0;

  float scale = 1.0f;
  float* scores = nullptr; // [heads, score_stride]
  std::int64_t score_stride = 0;
  std::int64_t page_begin = 0; // latent_scores: pages [page_begin, page_end)
  std::int64_t page_end = 0;

  float* out = nullptr; // [heads, out_stride]
  std::int64_t out_stride = 0;
  std::int64_t value_begin = 0; // latent_values: values [value_begin, value_end) of a row
  std::int64_t value_end = 0;
};

} // namespace hadal::kernels::simd
