#pragma once
// Sixteen float lanes and how they are loaded from, stored to and rounded to the narrow formats.
// For the files of this folder only: they are compiled for AVX-512 F, BW, DQ and VL, everything in
// them has internal linkage, and they include no header with inline functions of its own, or the
// linker could hand AVX-512 code to a machine without it. Compiled without these instruction sets
// the file is empty.

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)

#include "kernels/cpu/simd/params/element.hpp"

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace hadal::kernels::simd {
namespace {

using f32x16 = __m512;

/// A mask of the first `count` lanes; all sixteen from 16 on, none from 0 down.
inline __mmask16 first_lanes(std::int64_t count) {
  if (count >= 16)
    return 0xFFFF;
  return count <= 0 ? 0 : static_cast<__mmask16>((1u << count) - 1u);
}

/// Loads read the lanes of a mask, the others are 0; stores write the lanes of a mask.
template <element E>
struct lanes;

template <>
struct lanes<element::float32> {
  using stored = float;
  static f32x16 load(const stored* p) { return _mm512_loadu_ps(p); }
  static f32x16 load(const stored* p, __mmask16 mask) { return _mm512_maskz_loadu_ps(mask, p); }
  static void store(stored* p, f32x16 v, __mmask16 mask) { _mm512_mask_storeu_ps(p, mask, v); }
  static f32x16 round(f32x16 v) { return v; }
};

/// To nearest, ties to even; NaN keeps its sign and becomes quiet.
inline __m512i bfloat16_bits(f32x16 v) {
  const __m512i bits = _mm512_castps_si512(v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFF)));
  const __mmask16 is_nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
  return _mm512_srli_epi32(_mm512_mask_or_epi32(rounded, is_nan, bits, _mm512_set1_epi32(0x400000)),
                           16);
}

template <>
struct lanes<element::bfloat16> {
  using stored = std::uint16_t;
  static f32x16 widen(__m256i half) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
  }
  static f32x16 load(const stored* p) {
    return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static f32x16 load(const stored* p, __mmask16 mask) {
    return widen(_mm256_maskz_loadu_epi16(mask, p));
  }
  static void store(stored* p, f32x16 v, __mmask16 mask) {
    _mm256_mask_storeu_epi16(p, mask, _mm512_cvtepi32_epi16(bfloat16_bits(v)));
  }
  static f32x16 round(f32x16 v) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(bfloat16_bits(v), 16));
  }
};

template <>
struct lanes<element::float16> {
  using stored = std::uint16_t;
  static constexpr int nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  static f32x16 load(const stored* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static f32x16 load(const stored* p, __mmask16 mask) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, p));
  }
  static void store(stored* p, f32x16 v, __mmask16 mask) {
    _mm256_mask_storeu_epi16(p, mask, _mm512_cvtps_ph(v, nearest));
  }
  static f32x16 round(f32x16 v) { return _mm512_cvtph_ps(_mm512_cvtps_ph(v, nearest)); }
};

/// Float8 is read only, as value * 2^-8: the fields of a byte are the upper half of a float16 with
/// another bias. The block's scale contains the factor 2^8. NaN bytes would be read as 480 * 2^-8:
/// callers must not pass any.
template <>
struct lanes<element::float8> {
  using stored = std::uint8_t;
  static f32x16 load(const stored* p) {
    const __m256i words =
        _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    return _mm512_cvtph_ps(_mm256_and_si256(_mm256_slli_epi16(words, 7),
                                            _mm256_set1_epi16(static_cast<short>(0xBF80))));
  }
};

/// The nearest values of `type`, which is not float8.
inline f32x16 round_to(element type, f32x16 values) {
  switch (type) {
  case element::bfloat16: return lanes<element::bfloat16>::round(values);
  case element::float16: return lanes<element::float16>::round(values);
  default: return values;
  }
}

/// Calls body(offset, mask) for every sixteen of `cols` floats; the last mask may be partial.
template <class Body>
inline void for_lanes(std::int64_t cols, Body&& body) {
  for (std::int64_t i = 0; i < cols; i += 16)
    body(i, first_lanes(cols - i));
}

} // namespace
} // namespace hadal::kernels::simd

#endif
