#include "kernels/cpu/simd/avx512/kernels.hpp"
#include "kernels/cpu/simd/avx512/math.hpp"

// Kernels that work on one row. Sums over a row run in sixteen lanes, which are added at the end in
// an order that depends only on the number of columns.

namespace hadal::kernels::simd::avx512 {
namespace {

constexpr std::int64_t quantise_group = 128;

float power_of_two_above(float scale) {
  std::uint32_t bits;
  std::memcpy(&bits, &scale, 4);
  if (bits >= 0x7F800000u)
    return scale; // infinity and NaN stay
  bits = ((bits >> 23) + ((bits & 0x7FFFFFu) != 0)) << 23;
  std::memcpy(&scale, &bits, 4);
  return scale;
}

f32x16 load(const float* p, __mmask16 mask) {
  return _mm512_maskz_loadu_ps(mask, p);
}
void store(float* p, __mmask16 mask, f32x16 v) {
  _mm512_mask_storeu_ps(p, mask, v);
}

/// The low or the high eight of sixteen floats as doubles.
__m512d low_doubles(f32x16 v) {
  return _mm512_cvtps_pd(_mm512_castps512_ps256(v));
}
__m512d high_doubles(f32x16 v) {
  return _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
}

double sum_of_squares(const float* x, std::int64_t cols) {
  __m512d low = _mm512_setzero_pd();
  __m512d high = _mm512_setzero_pd();
  for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
    const f32x16 v = load(x + i, mask);
    low = _mm512_fmadd_pd(low_doubles(v), low_doubles(v), low);
    high = _mm512_fmadd_pd(high_doubles(v), high_doubles(v), high);
  });
  return _mm512_reduce_add_pd(_mm512_add_pd(low, high));
}

} // namespace

void norm_row(const norm_row_params& p) {
  // In double: the result is quantised next, and the last bit of a float could change the quantised
  // value.
  const double mean = sum_of_squares(p.row, p.cols) / static_cast<double>(p.cols);
  const __m512d factor = _mm512_set1_pd(1.0 / __builtin_sqrt(mean + static_cast<double>(p.eps)));
  const auto scale = [&](__m512d x, __m512d weight) {
    return _mm512_cvtpd_ps(_mm512_mul_pd(_mm512_mul_pd(x, factor), weight));
  };
  for_lanes(p.cols, [&](std::int64_t i, __mmask16 mask) {
    const f32x16 x = load(p.row + i, mask);
    const f32x16 weight = load(p.weight + i, mask);
    const __m256 low = scale(low_doubles(x), low_doubles(weight));
    const __m256 high = scale(high_doubles(x), high_doubles(weight));
    const f32x16 both = _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
    store(p.out + i, mask, round_to(p.round, both));
  });
}

void quantise_row(const quantise_row_params& p) {
  for (std::int64_t begin = 0; begin < p.cols; begin += quantise_group) {
    const std::int64_t cols = p.cols - begin < quantise_group ? p.cols - begin : quantise_group;
    const float* x = p.x + begin;
    f32x16 max = _mm512_set1_ps(1e-4f);
    for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
      max = _mm512_max_ps(_mm512_abs_ps(load(x + i, mask)), max);
    });
    float scale = _mm512_reduce_max_ps(max) / 448.0f;
    if (p.ue8m0)
      scale = power_of_two_above(scale);
    const f32x16 divisor = _mm512_set1_ps(scale);
    for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
      const f32x16 scaled = _mm512_div_ps(load(x + i, mask), divisor);
      store(p.out + begin + i, mask, round_to_e4m3(scaled));
    });
    for (std::int64_t k = 0; k < cols; k += p.segment)
      p.scales[(begin + k) / p.segment] = scale;
  }
}

void rope_row(float* x, const float* cos, const float* sin, std::int64_t pairs, element round) {
  const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  const f32x16 first_negative =
      _mm512_castsi512_ps(_mm512_set1_epi64(static_cast<long long>(0x80000000u)));
  for (std::int64_t i = 0; i < pairs; i += 8) {
    const __mmask16 mask = first_lanes(2 * (pairs - i));
    const auto half_mask = static_cast<__mmask8>(first_lanes(pairs - i));
    const f32x16 c = _mm512_permutexvar_ps(
        twice, _mm512_castps256_ps512(_mm256_maskz_loadu_ps(half_mask, cos + i)));
    const f32x16 s = _mm512_permutexvar_ps(
        twice, _mm512_castps256_ps512(_mm256_maskz_loadu_ps(half_mask, sin + i)));
    const f32x16 v = load(x + 2 * i, mask);
    const f32x16 swapped = _mm512_permute_ps(v, 0xB1);
    const f32x16 rotated = _mm512_add_ps(_mm512_mul_ps(v, c),
                                         _mm512_mul_ps(swapped, _mm512_xor_ps(s, first_negative)));
    store(x + 2 * i, mask, round_to(round, rotated));
  }
}

void swiglu_row(const float* gate, const float* up, float* out, std::int64_t cols, element round) {
  for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
    const f32x16 value = _mm512_mul_ps(silu_lanes(load(gate + i, mask)), load(up + i, mask));
    store(out + i, mask, round_to(round, value));
  });
}

void add_row(float* x, const float* y, std::int64_t cols, element round) {
  for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
    const f32x16 sum = _mm512_add_ps(load(x + i, mask), load(y + i, mask));
    store(x + i, mask, round_to(round, sum));
  });
}

void add_scaled_row(float* sum, const float* x, float weight, std::int64_t cols) {
  const f32x16 factor = _mm512_set1_ps(weight);
  for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
    const f32x16 product = _mm512_mul_ps(factor, load(x + i, mask));
    store(sum + i, mask, _mm512_add_ps(load(sum + i, mask), product));
  });
}

void round_row(float* x, std::int64_t cols, element round) {
  for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
    store(x + i, mask, round_to(round, load(x + i, mask)));
  });
}

void softmax_row(float* scores, std::int64_t count, std::int64_t padded_count, float scale,
                 element round) {
  const f32x16 factor = _mm512_set1_ps(scale);
  f32x16 max = _mm512_set1_ps(-__builtin_inff());
  for_lanes(count, [&](std::int64_t i, __mmask16 mask) {
    const f32x16 scaled = _mm512_mul_ps(load(scores + i, mask), factor);
    store(scores + i, mask, scaled);
    max = _mm512_mask_max_ps(max, mask, scaled, max);
  });
  const f32x16 top = _mm512_set1_ps(_mm512_reduce_max_ps(max));
  f32x16 sum = _mm512_setzero_ps();
  for_lanes(count, [&](std::int64_t i, __mmask16 mask) {
    const f32x16 e =
        _mm512_maskz_mov_ps(mask, exp_lanes(_mm512_sub_ps(load(scores + i, mask), top)));
    store(scores + i, mask, e);
    sum = _mm512_add_ps(sum, e);
  });
  const f32x16 total = _mm512_set1_ps(_mm512_reduce_add_ps(sum));
  for_lanes(count, [&](std::int64_t i, __mmask16 mask) {
    store(scores + i, mask, round_to(round, _mm512_div_ps(load(scores + i, mask), total)));
  });
  for (std::int64_t i = count; i < padded_count; ++i)
    scores[i] = 0.0f;
}

void exp_row(float* x, std::int64_t cols) {
  for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
    store(x + i, mask, exp_lanes(load(x + i, mask)));
  });
}

template <element E>
static void load_row_of(const void* from, float* to, std::int64_t cols) {
  const auto* stored = static_cast<const typename lanes<E>::stored*>(from);
  for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
    store(to + i, mask, lanes<E>::load(stored + i, mask));
  });
}

void load_row(const void* from, element type, float* to, std::int64_t cols) {
  switch (type) {
  case element::float32: return load_row_of<element::float32>(from, to, cols);
  case element::bfloat16: return load_row_of<element::bfloat16>(from, to, cols);
  case element::float16: return load_row_of<element::float16>(from, to, cols);
  case element::float8: return;
  }
}

template <element E>
static void store_row_of(const float* from, void* to, std::int64_t cols) {
  auto* stored = static_cast<typename lanes<E>::stored*>(to);
  for_lanes(cols, [&](std::int64_t i, __mmask16 mask) {
    lanes<E>::store(stored + i, load(from + i, mask), mask);
  });
}

void store_row(const float* from, void* to, element type, std::int64_t cols) {
  switch (type) {
  case element::float32: return store_row_of<element::float32>(from, to, cols);
  case element::bfloat16: return store_row_of<element::bfloat16>(from, to, cols);
  case element::float16: return store_row_of<element::float16>(from, to, cols);
  case element::float8: return;
  }
}

void transpose_panel(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t cols,
                     float* panel) {
  const __mmask16 mask = first_lanes(rows);
  const __m512i row = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i at = _mm512_mullo_epi32(row, _mm512_set1_epi32(static_cast<int>(x_stride)));
  for (std::int64_t k = 0; k < cols; ++k)
    _mm512_storeu_ps(panel + k * panel_width,
                     _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, at, x + k, 4));
}

} // namespace hadal::kernels::simd::avx512
