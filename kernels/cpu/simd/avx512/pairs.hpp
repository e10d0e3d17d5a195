#pragma once
// Pairs of bfloat16: decoding of float8 and coded weights to pairs, and of rows of x to units. Only
// for files compiled for AVX-512 VBMI too (see vector.hpp).

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) &&                      \
    defined(__AVX512VL__) && defined(__AVX512VBMI__)

#include "kernels/cpu/simd/avx512/gemm_tiles.hpp"

namespace hadal::kernels::simd {
namespace {

inline constexpr std::int64_t row_units_max = segment_length_max / 2;

/// The two bytes of the bfloat16 that is value * 2^-8, for each float8 code without its sign.
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

/// Prefetch distance in bytes of a panel, where decoding costs little.
inline constexpr std::int64_t prefetch_bytes = 1024;
/// Columns of K that are decoded before they are multiplied.
inline constexpr std::int64_t coded_columns_max = 32;

/// How weights of a panel are stored in the order of pairs.
enum class storage : std::uint8_t { bfloat16, float8, coded };

/// Bytes of sixteen weights.
template <storage W>
inline constexpr std::int64_t column_bytes = W == storage::float8  ? 16
                                             : W == storage::coded ? 24
                                                                   : 32;

/// Bytes of one panel from column `k` on, a multiple of 4, of `coded` of 8.
template <storage W>
const unsigned char* panel_bytes(const gemm_params& p, std::int64_t panel, std::int64_t k) {
  return static_cast<const unsigned char*>(p.panels) +
         (panel * p.panel_stride / panel_width + k) * column_bytes<W>;
}

/// Decodes sign, fraction and exponent code to bfloat16.
struct exponent_decoder {
  __m512i low;  // the lowest bit of a code's exponent, at its place in a bfloat16
  __m512i high; // its other bits

  explicit exponent_decoder(const exponent_codes& codes) {
    const __m512i exponents =
        _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes.exponents)));
    low = _mm512_and_si512(_mm512_slli_epi16(exponents, 7),
                           _mm512_set1_epi8(static_cast<char>(0x80)));
    high = _mm512_and_si512(_mm512_srli_epi16(exponents, 1), _mm512_set1_epi8(0x7F));
  }
  void operator()(__m512i signs_and_fractions, __m512i codes, f32x16* to) const {
    constexpr int a_or_b_and_c = 0xF8;
    const __m512i low_bytes = _mm512_ternarylogic_epi32(
        _mm512_shuffle_epi8(low, codes), signs_and_fractions, _mm512_set1_epi8(0x7F), a_or_b_and_c);
    const __m512i high_bytes =
        _mm512_ternarylogic_epi32(_mm512_shuffle_epi8(high, codes), signs_and_fractions,
                                  _mm512_set1_epi8(static_cast<char>(0x80)), a_or_b_and_c);
    to[0] = _mm512_castsi512_ps(_mm512_unpacklo_epi8(low_bytes, high_bytes));
    to[1] = _mm512_castsi512_ps(_mm512_unpackhi_epi8(low_bytes, high_bytes));
  }
};

/// The remaining exceptions of a segment.
struct exception_cursor {
  const coded_exception* next = nullptr;
  const coded_exception* end = nullptr;

  exception_cursor() = default;

  exception_cursor(const gemm_params& p, const segment_of_k& s, std::int64_t panel) {
    const std::uint32_t* begin = p.codes.exception_begins + panel * segment_count(p) + s.index;
    next = p.codes.exceptions + begin[0];
    end = p.codes.exceptions + begin[1];
  }
  /// True if the next exception is before column `column` of the segment.
  bool before(std::int64_t column) const {
    return next != end && next->place < column * panel_width;
  }
};

/// Eight columns of a panel of coded weights as four vectors of pairs. Prefetches `Ahead` bytes
/// on.
template <std::int64_t Ahead>
void decode_eight(const exponent_decoder& decode, const unsigned char* at, f32x16* to) {
  const __m512i half = _mm512_set1_epi8(0x0F);
#pragma GCC unroll 3
  for (int line = 0; line < 192; line += 64)
    _mm_prefetch(reinterpret_cast<const char*>(at + Ahead + line), _MM_HINT_T0);
  const __m512i codes = _mm512_loadu_si512(at + 128);
  decode(_mm512_loadu_si512(at), _mm512_and_si512(codes, half), to);
  decode(_mm512_loadu_si512(at + 64), _mm512_and_si512(_mm512_srli_epi16(codes, 4), half), to + 2);
}

/// Columns [begin, end) of a segment of a panel of coded weights as vectors of pairs. `to` is the
/// place of the segment's first column.
template <std::int64_t Ahead>
void decode_coded(const exponent_decoder& decode, const unsigned char* segment, std::int64_t begin,
                  std::int64_t end, exception_cursor& exceptions, f32x16* to) {
  for (std::int64_t k = begin; k < end; k += 8)
    decode_eight<Ahead>(decode, segment + k * column_bytes<storage::coded>, to + k / 2);
  for (; exceptions.before(end); ++exceptions.next)
    reinterpret_cast<std::uint16_t*>(to)[exceptions.next->place] = exceptions.next->bits;
}

/// A whole segment.
template <std::int64_t Ahead>
void decode_segment(const gemm_params& p, const segment_of_k& s, std::int64_t panel, f32x16* to) {
  exception_cursor exceptions(p, s, panel);
  decode_coded<Ahead>(exponent_decoder(p.codes), panel_bytes<storage::coded>(p, panel, s.begin), 0,
                      s.length, exceptions, to);
}

/// Four columns of K of one panel as two vectors of pairs; coded ones are decoded already.
/// Prefetches `Ahead` bytes on.
template <storage W, std::int64_t Ahead>
void load_four(const float8_decoder& decode, const unsigned char* at, f32x16& first,
               f32x16& second) {
  if constexpr (W != storage::coded)
    _mm_prefetch(reinterpret_cast<const char*>(at + Ahead), _MM_HINT_T0);
  if constexpr (W == storage::float8) {
    decode(_mm512_loadu_si512(at), first, second);
    return;
  }
  if constexpr (W == storage::bfloat16)
    _mm_prefetch(reinterpret_cast<const char*>(at + Ahead + 64), _MM_HINT_T0);
  first = _mm512_loadu_ps(at);
  second = _mm512_loadu_ps(at + 64);
}

/// Units of row `row` in a segment, padded with zeros to a multiple of sixteen.
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
