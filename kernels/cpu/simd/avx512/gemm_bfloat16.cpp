#include "kernels/cpu/simd/avx512/kernels.hpp"
#include "kernels/cpu/simd/avx512/pairs.hpp"

// Products of bfloat16 pairs (vdpbf16ps) over panels in the order of pairs. Rows of x hold bfloat16
// values and float8 weights decode to bfloat16 exactly, so no input is rounded; sums are float32.
// The instruction flushes subnormal inputs and sums, below 2^-126, to zero.

#if !defined(__AVX512BF16__) || !defined(__AVX512VBMI__)
#error "this file is compiled for AVX-512 BF16 and VBMI"
#endif

namespace hadal::kernels::simd::avx512 {
namespace {

f32x16 add_pairs(f32x16 sum, f32x16 weights, f32x16 value) {
  return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(weights),
                          reinterpret_cast<__m512bh>(value));
}

/// Prefetch distance in bytes of weights (see prefetch_bytes). Where weights are decoded as they
/// arrive, prefetching slows the decoding on Zen 4, and more so the larger the distance.
template <storage W>
constexpr std::int64_t ahead_of = W == storage::float8  ? 256
                                  : W == storage::coded ? 384
                                                        : prefetch_bytes;

template <storage W>
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
  static constexpr std::int64_t unit_bytes = 2 * column_bytes<W>;
  static const char* stored(const gemm_params& p, const segment_of_k& s, std::int64_t panel) {
    return reinterpret_cast<const char*>(panel_bytes<W>(p, panel, s.begin));
  }
  static const f32x16* decode(const gemm_params& p, const segment_of_k& s, std::int64_t panel,
                              f32x16* buffer) {
    const unsigned char* bytes = panel_bytes<W>(p, panel, s.begin);
    if constexpr (W == storage::bfloat16)
      return reinterpret_cast<const f32x16*>(bytes);
    if constexpr (W == storage::coded) {
      decode_segment<ahead_of<storage::coded>>(p, s, panel, buffer);
      return buffer;
    }
    const float8_decoder decode;
    for (std::int64_t k = 0; k < s.length; k += 4)
      decode(_mm512_loadu_si512(bytes + k * panel_width), buffer[k / 2], buffer[k / 2 + 1]);
    return buffer;
  }
};

template <int Rows, int Panels>
void clear(f32x16 (&sums)[Rows][Panels]) {
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n)
      sums[r][n] = _mm512_setzero_ps();
}

/// Adds `fours` times four columns of K: weights[n] is the argument of load_four<W>, x the units
/// that meet it.
template <storage W, int Rows, int Panels>
void add_fours(const float8_decoder& decode, std::int64_t fours,
               const unsigned char* const (&weights)[Panels], const float* const (&x)[Rows],
               f32x16 (&sums)[Rows][Panels]) {
  constexpr std::int64_t step = W == storage::float8 ? 64 : 128;
  for (std::int64_t i = 0; i < fours; ++i) {
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n) {
      f32x16 first, second;
      load_four<W, ahead_of<W>>(decode, weights[n] + i * step, first, second);
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r) {
        sums[r][n] = add_pairs(sums[r][n], first, _mm512_set1_ps(x[r][2 * i]));
        sums[r][n] = add_pairs(sums[r][n], second, _mm512_set1_ps(x[r][2 * i + 1]));
      }
    }
  }
}

/// Columns [begin, end) of a segment of coded weights without exceptions.
template <int Rows, int Panels>
void add_eights(const exponent_decoder& decode, std::int64_t begin, std::int64_t end,
                const unsigned char* const (&segment)[Panels],
                const float (&x)[Rows][row_units_max], f32x16 (&sums)[Rows][Panels]) {
  for (std::int64_t k = begin; k < end; k += 8) {
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n) {
      f32x16 w[4];
      decode_eight<ahead_of<storage::coded>>(decode, segment[n] + k * column_bytes<storage::coded>,
                                             w);
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i)
          sums[r][n] = add_pairs(sums[r][n], w[i], _mm512_set1_ps(x[r][k / 2 + i]));
    }
  }
}

/// The same with exceptions.
template <int Rows, int Panels>
[[gnu::noinline]] void
add_exceptional(const exponent_decoder& decode, std::int64_t begin, std::int64_t end,
                const unsigned char* const (&segment)[Panels],
                exception_cursor (&exceptions)[Panels], const float (&x)[Rows][row_units_max],
                f32x16 (&sums)[Rows][Panels]) {
  for (int n = 0; n < Panels; ++n) {
    alignas(64) f32x16 w[row_units_max];
    decode_coded<ahead_of<storage::coded>>(decode, segment[n], begin, end, exceptions[n], w);
    for (int r = 0; r < Rows; ++r)
      for (std::int64_t u = begin / 2; u < end / 2; ++u)
        sums[r][n] = add_pairs(sums[r][n], w[u], _mm512_set1_ps(x[r][u]));
  }
}

/// One segment of coded weights, coded_columns_max columns of all panels at a time, decoded in
/// registers. Columns with an exception are decoded to memory (the L1 cache) and read from there.
template <int Rows, int Panels>
void add_coded(const gemm_params& p, const segment_of_k& s, const exponent_decoder& decode,
               const float (&x)[Rows][row_units_max], f32x16 (&sums)[Rows][Panels]) {
  const unsigned char* segment[Panels];
  exception_cursor exceptions[Panels];
  for (int n = 0; n < Panels; ++n) {
    segment[n] = panel_bytes<storage::coded>(p, n, s.begin);
    exceptions[n] = exception_cursor(p, s, n);
  }
  for (std::int64_t begin = 0; begin < s.length; begin += coded_columns_max) {
    const std::int64_t end = least(s.length, begin + coded_columns_max);
    bool exceptional = false;
    for (int n = 0; n < Panels; ++n)
      exceptional |= exceptions[n].before(end);
    if (exceptional)
      add_exceptional(decode, begin, end, segment, exceptions, x, sums);
    else
      add_eights(decode, begin, end, segment, x, sums);
  }
}

/// `Rows` rows against `Panels` panels at once.
template <storage W, int Rows, int Panels>
void few_rows(const gemm_params& p) {
  alignas(64) float x[Rows][row_units_max];
  const float8_decoder decode;
  const exponent_decoder decode_exponents(p.codes);
  f32x16 totals[Rows][Panels];
  clear(totals);
  for (std::int64_t index = 0; index < segment_count(p); ++index) {
    const segment_of_k s = segment_at(p, index);
    f32x16 sums[Rows][Panels];
    clear(sums);
    const unsigned char* weights[Panels];
    const float* units[Rows];
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n)
      weights[n] = panel_bytes<W>(p, n, s.begin);
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
      load_units(p, s, r, x[r]);
      units[r] = x[r];
    }
    if constexpr (W == storage::coded)
      add_coded(p, s, decode_exponents, x, sums);
    else
      add_fours<W>(decode, (s.length + 3) / 4, weights, units, sums);
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

template <storage W, int Rows>
void few_rows(const gemm_params& p) {
  switch (p.panel_count) {
  case 1: return few_rows<W, Rows, 1>(p);
  case 2: return few_rows<W, Rows, 2>(p);
  case 3: return few_rows<W, Rows, 3>(p);
  default: return few_rows<W, Rows, 4>(p);
  }
}

template <storage W>
void gemm_of(const gemm_params& p) {
  if (W == storage::coded && p.rows > 2)
    return many_rows<pair_math<W>>(p);
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
    return gemm_of<storage::float8>(p);
  if (p.order == panel_order::coded)
    return gemm_of<storage::coded>(p);
  return gemm_of<storage::bfloat16>(p);
}

} // namespace hadal::kernels::simd::avx512
