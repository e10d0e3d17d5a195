#pragma once
// Eight float lanes and how they are loaded from, stored to and rounded to the narrow formats. For
// the files of this folder only: they are compiled for AVX2, FMA and F16C, everything in them has
// internal linkage, and they include no header with inline functions of its own, or the linker
// could hand AVX2 code to a machine without it. Compiled without these instruction sets the file is
// empty.

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)

#include "kernels/cpu/simd/params/element.hpp"

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace hadal::kernels::simd {
namespace {

using f32x8 = __m256;

template <element E>
struct lanes;

template <>
struct lanes<element::float32> {
  using stored = float;
  static f32x8 load(const stored* p) { return _mm256_loadu_ps(p); }
  static void store(stored* p, f32x8 v) { _mm256_storeu_ps(p, v); }
  static f32x8 round(f32x8 v) { return v; }
  static float load_one(const stored* p) { return *p; }
  static void store_one(stored* p, float v) { *p = v; }
};

/// To nearest, ties to even; NaN keeps its sign and becomes quiet.
inline __m256i bfloat16_bits(f32x8 v) {
  const __m256i bits = _mm256_castps_si256(v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256 is_nan = _mm256_cmp_ps(v, v, _CMP_UNORD_Q);
  return _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, _mm256_castps_si256(is_nan)), 16);
}

template <>
struct lanes<element::bfloat16> {
  using stored = std::uint16_t;
  static f32x8 load(const stored* p) {
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16));
  }
  static void store(stored* p, f32x8 v) {
    const __m256i bits = bfloat16_bits(v);
    const __m128i packed =
        _mm_packus_epi32(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
  }
  static f32x8 round(f32x8 v) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(bfloat16_bits(v), 16));
  }
  static float load_one(const stored* p) {
    const std::uint32_t bits = static_cast<std::uint32_t>(*p) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
  }
  static void store_one(stored* p, float v) {
    *p = static_cast<std::uint16_t>(
        _mm256_extract_epi16(bfloat16_bits(_mm256_castps128_ps256(_mm_set_ss(v))), 0));
  }
};

template <>
struct lanes<element::float16> {
  using stored = std::uint16_t;
  static f32x8 load(const stored* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static void store(stored* p, f32x8 v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
  }
  static f32x8 round(f32x8 v) {
    return _mm256_cvtph_ps(_mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
  }
  static float load_one(const stored* p) { return _cvtsh_ss(*p); }
  static void store_one(stored* p, float v) { *p = _cvtss_sh(v, _MM_FROUND_TO_NEAREST_INT); }
};

/// Float8 is read only, two columns of a panel at a time (load_twos).
template <>
struct lanes<element::float8> {
  using stored = std::uint8_t;
};

/// Quantised activations are multiplied by quantised_factor before they meet float8 weights.
/// A weight then needs no change of its exponent: its bits, shifted into a float, are the
/// value times 2^-120, the product is that of the values times 2^-8, and the block's scale
/// contains the 2^8. All of this is exact, also for weights below 2^-6, which become
/// subnormal floats.
inline constexpr float quantised_factor = 0x1p112f;

/// Columns k and k + 1 of a panel.
struct two_columns {
  f32x8 low[2]; // rows 0-7 of the panel in column k and in column k + 1
  f32x8 high[2];
};

/// 32 bytes in panel_order::twos, times 2^-120 (see quantised_factor). NaN bytes would be read as
/// 480: callers must not pass any.
inline two_columns load_twos(const std::uint8_t* p) {
  const __m256i fields = _mm256_set1_epi16(static_cast<short>(0x87F0)); // sign, exponent, fraction
  const __m256i upper = _mm256_set1_epi32(static_cast<int>(0xFFFF0000));
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i odd = _mm256_and_si256(_mm256_srai_epi16(bytes, 4), fields);
  const __m256i even = _mm256_and_si256(_mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 4), fields);
  return {{_mm256_castsi256_ps(_mm256_slli_epi32(even, 16)),
           _mm256_castsi256_ps(_mm256_and_si256(even, upper))},
          {_mm256_castsi256_ps(_mm256_slli_epi32(odd, 16)),
           _mm256_castsi256_ps(_mm256_and_si256(odd, upper))}};
}

/// Sixteen consecutive elements as two vectors, each type in its cheapest order: bfloat16 as 0-3,
/// 8-11 and 4-7, 12-15. `in_order` restores the order.
template <element E>
inline void load_pair(const typename lanes<E>::stored* p, f32x8& low, f32x8& high) {
  if constexpr (E == element::bfloat16) {
    const __m256i upper_halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    low = _mm256_castsi256_ps(_mm256_unpacklo_epi16(_mm256_setzero_si256(), upper_halves));
    high = _mm256_castsi256_ps(_mm256_unpackhi_epi16(_mm256_setzero_si256(), upper_halves));
  } else {
    low = lanes<E>::load(p);
    high = lanes<E>::load(p + 8);
  }
}

/// Reorders two vectors of load_pair<E> to elements 0-7 and 8-15.
template <element E>
inline void in_order(f32x8& low, f32x8& high) {
  if constexpr (E == element::bfloat16) {
    const f32x8 first = _mm256_permute2f128_ps(low, high, 0x20);
    high = _mm256_permute2f128_ps(low, high, 0x31);
    low = first;
  }
}

/// The sum of eight lanes: fours, then twos, then one.
inline float sum_lanes(f32x8 v) {
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}

inline float max_lanes(f32x8 v) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  four = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

/// The nearest values of `type`, which is not float8.
inline f32x8 round_to(element type, f32x8 values) {
  switch (type) {
  case element::bfloat16: return lanes<element::bfloat16>::round(values);
  case element::float16: return lanes<element::float16>::round(values);
  default: return values;
  }
}

/// A mask of the first `count` lanes; all eight from 8 on.
inline __m256i first_lanes(std::int64_t count) {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count < 8 ? static_cast<int>(count) : 8), index);
}

/// Calls body(offset, mask) for every eight of `cols` floats; the last mask may be partial.
template <class Body>
inline void for_lanes(std::int64_t cols, Body&& body) {
  for (std::int64_t i = 0; i < cols; i += 8)
    body(i, first_lanes(cols - i));
}

} // namespace
} // namespace hadal::kernels::simd

#endif
