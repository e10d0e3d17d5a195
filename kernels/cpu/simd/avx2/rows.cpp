#include "kernels/cpu/simd/avx2/kernels.hpp"
#include "kernels/cpu/simd/avx2/math.hpp"

// Kernels that work on one row. Sums over a row run in eight or more lanes, which are added at the
// end in an order that depends only on the number of columns.

namespace hadal::kernels::simd::avx2 {
namespace {

constexpr std::int64_t quantise_group = 128;

f32x8 absolute(f32x8 v) {
  return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v);
}

float power_of_two_above(float scale) {
  std::uint32_t bits;
  std::memcpy(&bits, &scale, 4);
  if (bits >= 0x7F800000u)
    return scale; // infinity and NaN stay
  bits = ((bits >> 23) + ((bits & 0x7FFFFFu) != 0)) << 23;
  std::memcpy(&scale, &bits, 4);
  return scale;
}

/// The low or the high four floats of eight as doubles.
__m256d low_doubles(f32x8 v) {
  return _mm256_cvtps_pd(_mm256_castps256_ps128(v));
}
__m256d high_doubles(f32x8 v) {
  return _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
}

double sum_of_squares(const float* x, std::int64_t cols) {
  __m256d low = _mm256_setzero_pd();
  __m256d high = _mm256_setzero_pd();
  for_lanes(cols, [&](std::int64_t i, __m256i mask) {
    const f32x8 v = _mm256_maskload_ps(x + i, mask);
    low = _mm256_fmadd_pd(low_doubles(v), low_doubles(v), low);
    high = _mm256_fmadd_pd(high_doubles(v), high_doubles(v), high);
  });
  const __m256d four = _mm256_add_pd(low, high);
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

/// Transposes eight rows of eight floats.
void transpose_8x8(f32x8 (&rows)[8]) {
  f32x8 pairs[8], fours[8];
  for (int i = 0; i < 4; ++i) {
    pairs[2 * i] = _mm256_unpacklo_ps(rows[2 * i], rows[2 * i + 1]);
    pairs[2 * i + 1] = _mm256_unpackhi_ps(rows[2 * i], rows[2 * i + 1]);
  }
  for (int i = 0; i < 2; ++i) {
    const f32x8* p = pairs + 4 * i;
    fours[4 * i] = _mm256_shuffle_ps(p[0], p[2], 0x44);
    fours[4 * i + 1] = _mm256_shuffle_ps(p[0], p[2], 0xEE);
    fours[4 * i + 2] = _mm256_shuffle_ps(p[1], p[3], 0x44);
    fours[4 * i + 3] = _mm256_shuffle_ps(p[1], p[3], 0xEE);
  }
  for (int i = 0; i < 4; ++i) {
    rows[i] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20);
    rows[i + 4] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31);
  }
}

} // namespace

void norm_row(const norm_row_params& p) {
  // In double: the result is quantised next, and the last bit of a float could change the quantised
  // value.
  const double mean = sum_of_squares(p.row, p.cols) / static_cast<double>(p.cols);
  const __m256d factor = _mm256_set1_pd(1.0 / __builtin_sqrt(mean + static_cast<double>(p.eps)));
  const auto scale = [&](__m256d x, __m256d weight) {
    return _mm256_cvtpd_ps(_mm256_mul_pd(_mm256_mul_pd(x, factor), weight));
  };
  for_lanes(p.cols, [&](std::int64_t i, __m256i mask) {
    const f32x8 x = _mm256_maskload_ps(p.row + i, mask);
    const f32x8 weight = _mm256_maskload_ps(p.weight + i, mask);
    const __m128 low = scale(low_doubles(x), low_doubles(weight));
    const __m128 high = scale(high_doubles(x), high_doubles(weight));
    _mm256_maskstore_ps(p.out + i, mask, round_to(p.round, _mm256_set_m128(high, low)));
  });
}

void quantise_row(const quantise_row_params& p) {
  for (std::int64_t begin = 0; begin < p.cols; begin += quantise_group) {
    const std::int64_t cols = p.cols - begin < quantise_group ? p.cols - begin : quantise_group;
    f32x8 max = _mm256_set1_ps(1e-4f);
    for_lanes(cols, [&](std::int64_t i, __m256i mask) {
      max = _mm256_max_ps(absolute(_mm256_maskload_ps(p.x + begin + i, mask)), max);
    });
    float scale = max_lanes(max) / 448.0f;
    if (p.ue8m0)
      scale = power_of_two_above(scale);
    const f32x8 divisor = _mm256_set1_ps(scale);
    for_lanes(cols, [&](std::int64_t i, __m256i mask) {
      const f32x8 scaled = _mm256_div_ps(_mm256_maskload_ps(p.x + begin + i, mask), divisor);
      const f32x8 value = round_to_e4m3(scaled);
      _mm256_maskstore_ps(p.out + begin + i, mask,
                          _mm256_mul_ps(value, _mm256_set1_ps(quantised_factor)));
    });
    for (std::int64_t k = 0; k < cols; k += p.segment)
      p.scales[(begin + k) / p.segment] = scale;
  }
}

void rope_row(float* x, const float* cos, const float* sin, std::int64_t pairs, element round) {
  const __m256i twice = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
  const f32x8 first_negative = _mm256_setr_ps(-0.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f);
  for (std::int64_t i = 0; i < pairs; i += 4) {
    const __m256i mask = first_lanes(2 * (pairs - i));
    const __m128i half_mask = _mm256_castsi256_si128(first_lanes(pairs - i));
    const f32x8 c = _mm256_permutevar8x32_ps(
        _mm256_castps128_ps256(_mm_maskload_ps(cos + i, half_mask)), twice);
    const f32x8 s = _mm256_permutevar8x32_ps(
        _mm256_castps128_ps256(_mm_maskload_ps(sin + i, half_mask)), twice);
    const f32x8 v = _mm256_maskload_ps(x + 2 * i, mask);
    const f32x8 swapped = _mm256_permute_ps(v, 0xB1);
    const f32x8 rotated = _mm256_add_ps(_mm256_mul_ps(v, c),
                                        _mm256_mul_ps(swapped, _mm256_xor_ps(s, first_negative)));
    _mm256_maskstore_ps(x + 2 * i, mask, round_to(round, rotated));
  }
}

void swiglu_row(const float* gate, const float* up, float* out, std::int64_t cols, element round) {
  for_lanes(cols, [&](std::int64_t i, __m256i mask) {
    const f32x8 value = _mm256_mul_ps(silu_lanes(_mm256_maskload_ps(gate + i, mask)),
                                      _mm256_maskload_ps(up + i, mask));
    _mm256_maskstore_ps(out + i, mask, round_to(round, value));
  });
}

void add_row(float* x, const float* y, std::int64_t cols, element round) {
  for_lanes(cols, [&](std::int64_t i, __m256i mask) {
    const f32x8 sum =
        _mm256_add_ps(_mm256_maskload_ps(x + i, mask), _mm256_maskload_ps(y + i, mask));
    _mm256_maskstore_ps(x + i, mask, round_to(round, sum));
  });
}

void add_scaled_row(float* sum, const float* x, float weight, std::int64_t cols) {
  const f32x8 factor = _mm256_set1_ps(weight);
  for_lanes(cols, [&](std::int64_t i, __m256i mask) {
    const f32x8 product = _mm256_mul_ps(factor, _mm256_maskload_ps(x + i, mask));
    _mm256_maskstore_ps(sum + i, mask, _mm256_add_ps(_mm256_maskload_ps(sum + i, mask), product));
  });
}

void round_row(float* x, std::int64_t cols, element round) {
  for_lanes(cols, [&](std::int64_t i, __m256i mask) {
    _mm256_maskstore_ps(x + i, mask, round_to(round, _mm256_maskload_ps(x + i, mask)));
  });
}

void softmax_row(float* scores, std::int64_t count, std::int64_t padded_count, float scale,
                 element round) {
  const f32x8 lowest = _mm256_set1_ps(-__builtin_inff());
  const f32x8 factor = _mm256_set1_ps(scale);
  f32x8 max = lowest;
  for_lanes(count, [&](std::int64_t i, __m256i mask) {
    const f32x8 scaled = _mm256_mul_ps(_mm256_maskload_ps(scores + i, mask), factor);
    _mm256_maskstore_ps(scores + i, mask, scaled);
    max = _mm256_max_ps(_mm256_blendv_ps(lowest, scaled, _mm256_castsi256_ps(mask)), max);
  });
  const f32x8 top = _mm256_set1_ps(max_lanes(max));
  f32x8 sum = _mm256_setzero_ps();
  for_lanes(count, [&](std::int64_t i, __m256i mask) {
    const f32x8 e =
        _mm256_and_ps(exp_lanes(_mm256_sub_ps(_mm256_maskload_ps(scores + i, mask), top)),
                      _mm256_castsi256_ps(mask));
    _mm256_maskstore_ps(scores + i, mask, e);
    sum = _mm256_add_ps(sum, e);
  });
  const f32x8 total = _mm256_set1_ps(sum_lanes(sum));
  for_lanes(count, [&](std::int64_t i, __m256i mask) {
    const f32x8 share = _mm256_div_ps(_mm256_maskload_ps(scores + i, mask), total);
    _mm256_maskstore_ps(scores + i, mask, round_to(round, share));
  });
  for (std::int64_t i = count; i < padded_count; ++i)
    scores[i] = 0.0f;
}

void exp_row(float* x, std::int64_t cols) {
  for_lanes(cols, [&](std::int64_t i, __m256i mask) {
    _mm256_maskstore_ps(x + i, mask, exp_lanes(_mm256_maskload_ps(x + i, mask)));
  });
}

template <element E>
static void load_row_of(const void* from, float* to, std::int64_t cols) {
  const auto* stored = static_cast<const typename lanes<E>::stored*>(from);
  std::int64_t i = 0;
  for (; i + 8 <= cols; i += 8)
    _mm256_storeu_ps(to + i, lanes<E>::load(stored + i));
  for (; i < cols; ++i)
    to[i] = lanes<E>::load_one(stored + i);
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
  std::int64_t i = 0;
  for (; i + 8 <= cols; i += 8)
    lanes<E>::store(stored + i, _mm256_loadu_ps(from + i));
  for (; i < cols; ++i)
    lanes<E>::store_one(stored + i, from[i]);
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
  for (std::int64_t half = 0; half < panel_width; half += 8)
    for (std::int64_t k = 0; k < cols; k += 8) {
      const __m256i mask = first_lanes(cols - k);
      f32x8 block[8];
      for (std::int64_t r = 0; r < 8; ++r)
        block[r] = half + r < rows ? _mm256_maskload_ps(x + (half + r) * x_stride + k, mask)
                                   : _mm256_setzero_ps();
      transpose_8x8(block);
      for (std::int64_t i = 0; i < 8 && k + i < cols; ++i)
        _mm256_storeu_ps(panel + (k + i) * panel_width + half, block[i]);
    }
}

} // namespace hadal::kernels::simd::avx2
