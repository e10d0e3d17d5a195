#pragma once
// exp, silu and rounding to e4m3 on eight lanes. For the files of this folder only (see
// vector.hpp).

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)

#include "kernels/cpu/simd/avx2/vector.hpp"

namespace hadal::kernels::simd {
namespace {

/// e^x with an error under 1.5 units in the last place; 0 below -104, infinity above 88.73, NaN for
/// NaN. x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its series to the seventh power, whose
/// remainder is under a tenth of a unit; 2^n in two factors so that results near the ends of the
/// range are right.
inline f32x8 exp_lanes(f32x8 x) {
  // Operand order matters: min and max return their second operand if one is NaN.
  x = _mm256_min_ps(_mm256_set1_ps(89.0f), x);
  x = _mm256_max_ps(_mm256_set1_ps(-105.0f), x);
  const f32x8 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504088896341f)),
                                  _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  f32x8 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), x); // exact: few bits
  r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4f), r);
  f32x8 y = _mm256_set1_ps(1.0f / 5040.0f);
  y = _mm256_fmadd_ps(y, r, _mm256_set1_ps(1.0f / 720.0f));
  y = _mm256_fmadd_ps(y, r, _mm256_set1_ps(1.0f / 120.0f));
  y = _mm256_fmadd_ps(y, r, _mm256_set1_ps(1.0f / 24.0f));
  y = _mm256_fmadd_ps(y, r, _mm256_set1_ps(1.0f / 6.0f));
  y = _mm256_fmadd_ps(y, r, _mm256_set1_ps(0.5f));
  y = _mm256_fmadd_ps(y, _mm256_mul_ps(r, r), r);
  y = _mm256_add_ps(y, _mm256_set1_ps(1.0f));
  const __m256i power = _mm256_cvtps_epi32(n);
  const __m256i half = _mm256_srai_epi32(power, 1);
  const __m256i rest = _mm256_sub_epi32(power, half);
  const __m256i bias = _mm256_set1_epi32(127);
  const f32x8 first = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, bias), 23));
  const f32x8 second = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(rest, bias), 23));
  return _mm256_mul_ps(_mm256_mul_ps(y, first), second);
}

/// x * sigmoid(x)
inline f32x8 silu_lanes(f32x8 x) {
  const f32x8 negated = _mm256_xor_ps(x, _mm256_set1_ps(-0.0f));
  return _mm256_div_ps(x, _mm256_add_ps(_mm256_set1_ps(1.0f), exp_lanes(negated)));
}

/// The nearest e4m3 value, ties to even, saturating at 448; NaN stays NaN.
inline f32x8 round_to_e4m3(f32x8 x) {
  const f32x8 sign = _mm256_and_ps(x, _mm256_set1_ps(-0.0f));
  const f32x8 magnitude = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
  const __m256i bits = _mm256_castps_si256(magnitude);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 20), _mm256_set1_epi32(1));
  const __m256i up = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFFF)));
  const f32x8 normal = _mm256_castsi256_ps(_mm256_and_si256(up, _mm256_set1_epi32(~0xFFFFF)));
  // Below 2^-6 values are multiples of 2^-9, the last bit of a float near 2^14.
  const f32x8 shift = _mm256_set1_ps(0x1p14f);
  const f32x8 subnormal = _mm256_sub_ps(_mm256_add_ps(magnitude, shift), shift);
  const f32x8 is_small = _mm256_cmp_ps(magnitude, _mm256_set1_ps(0x1p-6f), _CMP_LT_OQ);
  f32x8 rounded = _mm256_blendv_ps(normal, subnormal, is_small);
  rounded = _mm256_min_ps(_mm256_set1_ps(448.0f), rounded);
  const f32x8 is_nan = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
  return _mm256_blendv_ps(_mm256_or_ps(rounded, sign), x, is_nan);
}

} // namespace
} // namespace hadal::kernels::simd

#endif
