#pragma once
// Shared code of the gemms of this folder: tiles of rows times panels over decoded weights, and the
// store of sums to the output. For the files of this folder only (see vector.hpp).
//
// A `Math` multiplies one vector of weights with one unit of x. A unit is four bytes of a row: one
// float, or two adjacent bfloat16 values; a vector of weights holds the same columns of K for
// sixteen outputs. Lanes are output columns, so every output is one chain of `add` along K in every
// tile.
//
//     values_per_unit           columns of K in a unit
//     add(sum, weights, unit)   sum + weights * unit, lane by lane
//     load_rows(...)            units of a chunk of rows in one segment
//     row_units(...) pointer to the units of one row
//     stored(...)               one panel's weights of one segment in memory
//     unit_bytes                bytes of a panel's weights in memory that meet a unit
//     decode(...)               one panel's vectors of one segment

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)

#include "kernels/cpu/simd/avx512/vector.hpp"
#include "kernels/cpu/simd/params/kernel_params.hpp"

namespace hadal::kernels::simd {
namespace {

inline constexpr std::int64_t row_chunk_max =
    48;                                 // with its x and totals fits into a small L1 cache
inline constexpr int row_tile_max = 12; // 12 rows x 2 panels fill 24 of 32 registers

inline std::int64_t least(std::int64_t a, std::int64_t b) {
  return a < b ? a : b;
}

inline std::int64_t x_row(const gemm_params& p, std::int64_t row) {
  return p.x_rows == nullptr ? row : p.x_rows[row];
}

/// A range of K with one scale.
struct segment_of_k {
  std::int64_t index;
  std::int64_t begin;
  std::int64_t length;
};

inline std::int64_t segment_count(const gemm_params& p) {
  return (p.k + p.segment - 1) / p.segment;
}
inline segment_of_k segment_at(const gemm_params& p, std::int64_t index) {
  const std::int64_t begin = index * p.segment;
  return {index, begin, least(p.segment, p.k - begin)};
}

/// The scales of one segment and panel; null if there are none or they are in the weights.
inline const float* scales_of_sum(const gemm_params& p, std::int64_t panel, std::int64_t segment) {
  if (p.w_scales == nullptr || p.weight_round != element::float32)
    return nullptr;
  return p.w_scales + (panel * segment_count(p) + segment) * panel_width;
}
inline const float* x_scale(const gemm_params& p, std::int64_t row, std::int64_t segment) {
  return p.x_scales == nullptr ? nullptr : p.x_scales + x_row(p, row) * p.x_scale_stride + segment;
}

/// Adds one segment's sum, times its scale, to the totals.
inline f32x16 add_segment(f32x16 total, f32x16 sum, const float* w_scale, const float* x_scale) {
  if (w_scale == nullptr)
    return x_scale == nullptr ? _mm512_add_ps(total, sum)
                              : _mm512_fmadd_ps(sum, _mm512_set1_ps(*x_scale), total);
  f32x16 scale = _mm512_loadu_ps(w_scale);
  if (x_scale != nullptr)
    scale = _mm512_mul_ps(scale, _mm512_set1_ps(*x_scale));
  return _mm512_fmadd_ps(sum, scale, total);
}

inline void store_totals(const gemm_params& p, std::int64_t row, std::int64_t panel,
                         f32x16 totals) {
  const std::int64_t col = panel * panel_width;
  float* out = p.out + (p.out_rows == nullptr ? row : p.out_rows[row]) * p.out_stride + col;
  _mm512_mask_storeu_ps(out, first_lanes(p.cols - col), round_to(p.round, totals));
}

/// One segment of rows [row, row + Rows) of the chunk that begins at `first`, against `Panels`
/// panels from `panel` on. totals: [rows of the chunk][gemm_panels_max][16]. The first tile of a
/// chunk prefetches the weights at `ahead` while it multiplies, one cache line per unit.
template <class Math, int Rows, int Panels>
void multiply_tile(const gemm_params& p, const segment_of_k& s, std::int64_t first,
                   std::int64_t row, std::int64_t panel, const float* x_chunk,
                   const f32x16* const* weights, const char* const* ahead, f32x16* totals) {
  f32x16 sums[Rows][Panels];
  const float* x[Rows];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
    x[r] = Math::row_units(p, s, first, row + r, x_chunk);
#pragma GCC unroll 2
    for (int n = 0; n < Panels; ++n)
      sums[r][n] = _mm512_setzero_ps();
  }
  const std::int64_t units = (s.length + Math::values_per_unit - 1) / Math::values_per_unit;
  for (std::int64_t u = 0; u < units; ++u) {
    f32x16 w[Panels];
#pragma GCC unroll 2
    for (int n = 0; n < Panels; ++n)
      w[n] = weights[n][u];
    if (row == 0) {
#pragma GCC unroll 2
      for (int n = 0; n < Panels; ++n)
        _mm_prefetch(ahead[n] + u * Math::unit_bytes, _MM_HINT_T0);
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const f32x16 value = _mm512_set1_ps(x[r][u]);
#pragma GCC unroll 2
      for (int n = 0; n < Panels; ++n)
        sums[r][n] = Math::add(sums[r][n], w[n], value);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
    const float* xs = x_scale(p, first + row + r, s.index);
#pragma GCC unroll 2
    for (int n = 0; n < Panels; ++n) {
      f32x16& total = totals[(row + r) * gemm_panels_max + panel + n];
      total = add_segment(total, sums[r][n], scales_of_sum(p, panel + n, s.index), xs);
    }
  }
}

template <class Math, int Panels>
void multiply_rows(const gemm_params& p, const segment_of_k& s, std::int64_t first,
                   std::int64_t rows, std::int64_t panel, const float* x,
                   const f32x16* const* weights, const char* const* ahead, f32x16* totals) {
  for (std::int64_t r = 0; r < rows; r += row_tile_max) {
    switch (least(row_tile_max, rows - r)) {
    case 1: multiply_tile<Math, 1, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 2: multiply_tile<Math, 2, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 3: multiply_tile<Math, 3, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 4: multiply_tile<Math, 4, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 5: multiply_tile<Math, 5, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 6: multiply_tile<Math, 6, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 7: multiply_tile<Math, 7, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 8: multiply_tile<Math, 8, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 9: multiply_tile<Math, 9, Panels>(p, s, first, r, panel, x, weights, ahead, totals); break;
    case 10:
      multiply_tile<Math, 10, Panels>(p, s, first, r, panel, x, weights, ahead, totals);
      break;
    case 11:
      multiply_tile<Math, 11, Panels>(p, s, first, r, panel, x, weights, ahead, totals);
      break;
    default:
      multiply_tile<Math, 12, Panels>(p, s, first, r, panel, x, weights, ahead, totals);
      break;
    }
  }
}

/// Rows share the decoded weights of one segment of two panels at a time.
template <class Math>
void many_rows(const gemm_params& p) {
  alignas(64) f32x16 buffers[2][segment_length_max / Math::values_per_unit];
  alignas(64) f32x16 totals[row_chunk_max * gemm_panels_max];
  alignas(64) float x[Math::x_units];
  for (std::int64_t first = 0; first < p.rows; first += row_chunk_max) {
    const std::int64_t rows = least(row_chunk_max, p.rows - first);
    for (std::int64_t i = 0; i < rows * gemm_panels_max; ++i)
      totals[i] = _mm512_setzero_ps();
    for (std::int64_t index = 0; index < segment_count(p); ++index) {
      const segment_of_k s = segment_at(p, index);
      Math::load_rows(p, s, first, rows, x);
      for (std::int64_t panel = 0; panel < p.panel_count; panel += 2) {
        const bool two = panel + 1 < p.panel_count;
        // Past the last panel of the call: a prefetch for the next call, or a harmless one.
        const char* const ahead[2] = {Math::stored(p, s, panel + 2), Math::stored(p, s, panel + 3)};
        const f32x16* weights[2] = {Math::decode(p, s, panel, buffers[0]), nullptr};
        if (two) {
          weights[1] = Math::decode(p, s, panel + 1, buffers[1]);
          multiply_rows<Math, 2>(p, s, first, rows, panel, x, weights, ahead, totals);
        } else {
          multiply_rows<Math, 1>(p, s, first, rows, panel, x, weights, ahead, totals);
        }
      }
    }
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t panel = 0; panel < p.panel_count; ++panel)
        store_totals(p, first + r, panel, totals[r * gemm_panels_max + panel]);
  }
}

} // namespace
} // namespace hadal::kernels::simd

#endif
