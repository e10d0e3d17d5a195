#pragma once
// exp, silu and rounding to e4m3 on sixteen lanes. For the files of this folder only (see
// vector.hpp).

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)

#include "kernels/cpu/simd/avx512/vector.hpp"

namespace hadal::kernels::simd {
namespace {

/// e^x with an error under 1.5 units in the last place; 0 below -104, infinity above 88.73, NaN for
/// NaN. x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its series to the seventh power, whose
/// remainder is under a tenth of a unit.
inline f32x16 exp_lanes(f32x16 x) {
  // Operand order matters: min and max return their second operand if one is NaN.
  x = _mm512_min_ps(_mm512_set1_ps(89.0f), x);
  x = _mm512_max_ps(_mm512_set1_ps(-105.0f), x);
  const f32x16 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504088896341f)),
                                        _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  f32x16 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), x); // exact: few bits
  r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4f), r);
  f32x16 y = _mm512_set1_ps(1.0f / 5040.0f);
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(1.0f / 720.0f));
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(1.0f / 120.0f));
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(1.0f / 24.0f));
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(1.0f / 6.0f));
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(0.5f));
  y = _mm512_fmadd_ps(y, _mm512_mul_ps(r, r), r);
  y = _mm512_add_ps(y, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(y, n);
}

/// x * sigmoid(x)
inline f32x16 silu_lanes(f32x16 x) {
  const f32x16 negated = _mm512_xor_ps(x, _mm512_set1_ps(-0.0f));
  return _mm512_div_ps(x, _mm512_add_ps(_mm512_set1_ps(1.0f), exp_lanes(negated)));
}

/// The nearest e4m3 value, ties to even, saturating at 448; NaN stays NaN.
inline f32x16 round_to_e4m3(f32x16 x) {
  const f32x16 sign = _mm512_and_ps(x, _mm512_set1_ps(-0.0f));
  const f32x16 magnitude = _mm512_abs_ps(x);
  const __m512i bits = _mm512_castps_si512(magnitude);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 20), _mm512_set1_epi32(1));
  const __m512i up = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFFF)));
  const f32x16 normal = _mm512_castsi512_ps(_mm512_and_si512(up, _mm512_set1_epi32(~0xFFFFF)));
  // Below 2^-6 values are multiples of 2^-9, the last bit of a float near 2^14.
  const f32x16 shift = _mm512_set1_ps(0x1p14f);
  const f32x16 subnormal = _mm512_sub_ps(_mm512_add_ps(magnitude, shift), shift);
  const __mmask16 is_small = _mm512_cmp_ps_mask(magnitude, _mm512_set1_ps(0x1p-6f), _CMP_LT_OQ);
  f32x16 rounded = _mm512_mask_blend_ps(is_small, normal, subnormal);
  rounded = _mm512_min_ps(_mm512_set1_ps(448.0f), rounded);
  const __mmask16 is_nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
  return _mm512_mask_blend_ps(is_nan, _mm512_or_ps(rounded, sign), x);
}

} // namespace
} // namespace hadal::kernels::simd

#endif
