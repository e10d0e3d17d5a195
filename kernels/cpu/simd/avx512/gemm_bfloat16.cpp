#include "kernels/cpu/simd/avx512/kernels.hpp"
#include "kernels/cpu/simd/avx512/pairs.hpp"

// Products of bfloat16 pairs (vdpbf16ps) over panels in the order of pairs. Rows of x hold values
// that bfloat16 holds, float8 weights decode to it exactly, and so both lose nothing on the way;
// sums are float32. The instruction takes subnormal inputs and sums, under 2^-126, for zero.

#if !defined(__AVX512BF16__) || !defined(__AVX512VBMI__)
#error "this file is compiled for AVX-512 BF16 and VBMI"
#endif

namespace hadal::kernels::simd::avx512 {
namespace {

f32x16 add_pairs(f32x16 sum, f32x16 weights, f32x16 value) {
  return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(weights),
                          reinterpret_cast<__m512bh>(value));
}

template <element W>
struct pair_math {
  static constexpr std::int64_t values_per_unit = 2;
  static constexpr std::int64_t x_units = row_chunk_max * row_units_max;

  static f32x16 add(f32x16 sum, f32x16 weights, f32x16 value) {
    return add_pairs(sum, weights, value);
  }
  static void load_rows(const gemm_params& p, const segment_of_k& s, std::int64_t first,
                        std::int64_t rows, float* x) {
    for (std::int64_t r = 0; r < rows; ++r)
      load_units(p, s, first + r, x + r * row_units_max);
  }
  static const float* row_units(const gemm_params&, const segment_of_k&, std::int64_t,
                                std::int64_t row, const float* x) {
    return x + row * row_units_max;
  }
  static constexpr std::int64_t unit_bytes = panel_width * 2 * (W == element::float8 ? 1 : 2);
  static const char* stored(const gemm_params& p, const segment_of_k& s, std::int64_t panel) {
    return reinterpret_cast<const char*>(panel_bytes<W>(p, panel, s.begin));
  }
  static const f32x16* decode(const gemm_params& p, const segment_of_k& s, std::int64_t panel,
                              f32x16* buffer) {
    const unsigned char* bytes = panel_bytes<W>(p, panel, s.begin);
    if constexpr (W == element::bfloat16)
      return reinterpret_cast<const f32x16*>(bytes);
    const float8_decoder decode;
    for (std::int64_t k = 0; k < s.length; k += 4)
      decode(_mm512_loadu_si512(bytes + k * panel_width), buffer[k / 2], buffer[k / 2 + 1]);
    return buffer;
  }
};

/// `Rows` rows against `Panels` panels at once, weights decoded in registers.
template <element W, int Rows, int Panels>
void few_rows(const gemm_params& p) {
  alignas(64) float x[Rows][row_units_max];
  const float8_decoder decode;
  f32x16 totals[Rows][Panels];
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n)
      totals[r][n] = _mm512_setzero_ps();
  for (std::int64_t index = 0; index < segment_count(p); ++index) {
    const segment_of_k s = segment_at(p, index);
    f32x16 sums[Rows][Panels];
    const unsigned char* weights[Panels];
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n)
      weights[n] = panel_bytes<W>(p, n, s.begin);
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
      load_units(p, s, r, x[r]);
#pragma GCC unroll 4
      for (int n = 0; n < Panels; ++n)
        sums[r][n] = _mm512_setzero_ps();
    }
    constexpr std::int64_t step = 4 * panel_width * (W == element::float8 ? 1 : 2);
    const std::int64_t fours = (s.length + 3) / 4;
    for (std::int64_t i = 0; i < fours; ++i) {
#pragma GCC unroll 4
      for (int n = 0; n < Panels; ++n) {
        f32x16 first, second;
        load_four<W>(decode, weights[n] + i * step, first, second);
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r) {
          sums[r][n] = add_pairs(sums[r][n], first, _mm512_set1_ps(x[r][2 * i]));
          sums[r][n] = add_pairs(sums[r][n], second, _mm512_set1_ps(x[r][2 * i + 1]));
        }
      }
    }
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
      for (int n = 0; n < Panels; ++n)
        totals[r][n] = add_segment(totals[r][n], sums[r][n], scales_of_sum(p, n, s.index),
                                   x_scale(p, r, s.index));
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n)
      store_totals(p, r, n, totals[r][n]);
}

template <element W, int Rows>
void few_rows(const gemm_params& p) {
  switch (p.panel_count) {
  case 1: return few_rows<W, Rows, 1>(p);
  case 2: return few_rows<W, Rows, 2>(p);
  case 3: return few_rows<W, Rows, 3>(p);
  default: return few_rows<W, Rows, 4>(p);
  }
}

template <element W>
void gemm_of(const gemm_params& p) {
  switch (p.rows) {
  case 1: return few_rows<W, 1>(p);
  case 2: return few_rows<W, 2>(p);
  case 3: return few_rows<W, 3>(p);
  case 4: return few_rows<W, 4>(p);
  default: return many_rows<pair_math<W>>(p);
  }
}

} // namespace

void gemm_bfloat16(const gemm_params& p) {
  if (p.order == panel_order::columns)
    return gemm(p);
  if (p.rows <= 0 || p.cols <= 0)
    return;
  if (p.weight == element::float8)
    return gemm_of<element::float8>(p);
  return gemm_of<element::bfloat16>(p);
}

} // namespace hadal::kernels::simd::avx512
