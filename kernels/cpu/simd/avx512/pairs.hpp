#pragma once
// Pairs of bfloat16: how float8 weights decode to them and rows of x are cut into them. For files
// that are compiled for AVX-512 VBMI too (see vector.hpp).

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) &&                      \
    defined(__AVX512VL__) && defined(__AVX512VBMI__)

#include "kernels/cpu/simd/avx512/gemm_tiles.hpp"

namespace hadal::kernels::simd {
namespace {

inline constexpr std::int64_t row_units_max = segment_length_max / 2;

/// The two bytes of the bfloat16 that is value * 2^-8, for the float8 codes without their sign.
struct float8_table {
  unsigned char low[128];
  unsigned char high[128];
};

constexpr float8_table make_table() {
  float8_table table{};
  for (int code = 1; code < 128; ++code) {
    int exponent = (code >> 3) - 7;
    int fraction = (code & 7) << 4; // of 128
    if (code < 8) {
      exponent = -6;
      while (fraction < 128) {
        fraction *= 2;
        --exponent;
      }
      fraction -= 128;
    }
    const int bits = ((exponent - 8 + 127) << 7) | fraction;
    table.low[code] = static_cast<unsigned char>(bits & 0xFF);
    table.high[code] = static_cast<unsigned char>(bits >> 8);
  }
  return table;
}

alignas(64) inline constexpr float8_table float8_values = make_table();

/// Decodes the 64 bytes of four columns of K and sixteen columns of a panel to two vectors of
/// pairs.
struct float8_decoder {
  __m512i low[2];
  __m512i high[2];

  float8_decoder() {
    for (int i = 0; i < 2; ++i) {
      low[i] = _mm512_load_si512(float8_values.low + 64 * i);
      high[i] = _mm512_load_si512(float8_values.high + 64 * i);
    }
  }
  void operator()(__m512i codes, f32x16& first, f32x16& second) const {
    const __m512i low_bytes = _mm512_permutex2var_epi8(low[0], codes, low[1]);
    const __m512i magnitude = _mm512_permutex2var_epi8(high[0], codes, high[1]);
    constexpr int a_or_b_and_c = 0xF8;
    const __m512i high_bytes = _mm512_ternarylogic_epi32(
        magnitude, codes, _mm512_set1_epi8(static_cast<char>(0x80)), a_or_b_and_c);
    first = _mm512_castsi512_ps(_mm512_unpacklo_epi8(low_bytes, high_bytes));
    second = _mm512_castsi512_ps(_mm512_unpackhi_epi8(low_bytes, high_bytes));
  }
};

/// Bytes of one panel from column `k` on, a multiple of 4.
template <element W>
const unsigned char* panel_bytes(const gemm_params& p, std::int64_t panel, std::int64_t k) {
  constexpr std::int64_t size = W == element::float8 ? 1 : 2;
  return static_cast<const unsigned char*>(p.panels) +
         (panel * p.panel_stride + k * panel_width) * size;
}

/// Bytes of a panel between what is read and what is asked of memory. Float8 weights are decoded
/// while they come: further ahead, the asking itself holds the decoding up.
inline constexpr std::int64_t prefetch_bytes = 1024;
inline constexpr std::int64_t prefetch_bytes_float8 = 256;

/// Four columns of K of one panel as two vectors of pairs.
template <element W>
inline void load_four(const float8_decoder& decode, const unsigned char* at, f32x16& first,
                      f32x16& second) {
  if constexpr (W == element::float8) {
    _mm_prefetch(reinterpret_cast<const char*>(at + prefetch_bytes_float8), _MM_HINT_T0);
    decode(_mm512_loadu_si512(at), first, second);
  } else {
    _mm_prefetch(reinterpret_cast<const char*>(at + prefetch_bytes), _MM_HINT_T0);
    _mm_prefetch(reinterpret_cast<const char*>(at + prefetch_bytes + 64), _MM_HINT_T0);
    first = _mm512_loadu_ps(at);
    second = _mm512_loadu_ps(at + 64);
  }
}

/// Units of row `row` in a segment, filled up with zeros to a multiple of sixteen.
inline void load_units(const gemm_params& p, const segment_of_k& s, std::int64_t row,
                       float* units) {
  const float* x = p.x + x_row(p, row) * p.x_stride + s.begin;
  alignas(64) static constexpr std::uint16_t upper_halves[32] = {
      1,  3,  5,  7,  9,  11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31,
      33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63};
  const __m512i index = _mm512_load_si512(upper_halves);
  for (std::int64_t k = 0; k < s.length; k += 32) {
    const f32x16 low = _mm512_maskz_loadu_ps(first_lanes(s.length - k), x + k);
    const f32x16 high = _mm512_maskz_loadu_ps(first_lanes(s.length - k - 16), x + k + 16);
    const __m512i pairs =
        _mm512_permutex2var_epi16(_mm512_castps_si512(low), index, _mm512_castps_si512(high));
    _mm512_store_ps(units + k / 2, _mm512_castsi512_ps(pairs));
  }
}

} // namespace
} // namespace hadal::kernels::simd

#endif
