#include "kernels/cpu/simd/avx2/kernels.hpp"
#include "kernels/cpu/simd/avx2/vector.hpp"

// Many rows share decoded weights of one segment; few rows decode in registers. Lanes are output
// columns, so on both paths every output is one chain of fused multiply-adds along K.

namespace hadal::kernels::simd::avx2 {
namespace {

constexpr std::int64_t row_chunk_max = 96; // totals of a chunk and a panel stay in the L1 cache
constexpr std::int64_t row_tile_max = 6;   // 6 rows x 2 vectors fill 12 of 16 registers
/// Prefetch distance in bytes of a panel: while it decodes, a processor does not look far enough
/// ahead without it.
constexpr std::int64_t prefetch_bytes = 512;

std::int64_t least(std::int64_t a, std::int64_t b) {
  return a < b ? a : b;
}

/// Adds one segment's sum, times its scale, to the totals.
inline f32x8 add_segment(f32x8 total, f32x8 sum, const float* w_scale, const float* x_scale) {
  if (w_scale == nullptr)
    return x_scale == nullptr ? _mm256_add_ps(total, sum)
                              : _mm256_fmadd_ps(sum, _mm256_set1_ps(*x_scale), total);
  f32x8 scale = _mm256_loadu_ps(w_scale);
  if (x_scale != nullptr)
    scale = _mm256_mul_ps(scale, _mm256_set1_ps(*x_scale));
  return _mm256_fmadd_ps(sum, scale, total);
}

void store_totals(const gemm_params& p, std::int64_t row, std::int64_t panel, const float* totals) {
  const std::int64_t col = panel * panel_width;
  float* out = p.out + (p.out_rows == nullptr ? row : p.out_rows[row]) * p.out_stride + col;
  const f32x8 low = round_to(p.round, _mm256_loadu_ps(totals));
  const f32x8 high = round_to(p.round, _mm256_loadu_ps(totals + 8));
  if (p.cols - col >= panel_width) {
    _mm256_storeu_ps(out, low);
    _mm256_storeu_ps(out + 8, high);
    return;
  }
  _mm256_maskstore_ps(out, first_lanes(p.cols - col), low);
  if (p.cols - col > 8)
    _mm256_maskstore_ps(out + 8, first_lanes(p.cols - col - 8), high);
}

std::int64_t x_row(const gemm_params& p, std::int64_t row) {
  return p.x_rows == nullptr ? row : p.x_rows[row];
}

/// A range of K with one scale, and the decoded weights of one panel there.
struct segment_of_k {
  std::int64_t index;
  std::int64_t begin;
  std::int64_t length;
  const float* weights; // [length][16]
  const float* w_scale; // [16] or null
};

/// One segment of rows [row, row + Rows) against one panel.
template <int Rows>
void multiply_tile(const gemm_params& p, std::int64_t row, const segment_of_k& s, float* totals) {
  f32x8 sums[Rows][2];
  const float* x[Rows];
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
    sums[r][0] = sums[r][1] = _mm256_setzero_ps();
    x[r] = p.x + x_row(p, row + r) * p.x_stride + s.begin;
  }
  for (std::int64_t k = 0; k < s.length; ++k) {
    const f32x8 low = _mm256_loadu_ps(s.weights + k * panel_width);
    const f32x8 high = _mm256_loadu_ps(s.weights + k * panel_width + 8);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const f32x8 value = _mm256_broadcast_ss(x[r] + k);
      sums[r][0] = _mm256_fmadd_ps(value, low, sums[r][0]);
      sums[r][1] = _mm256_fmadd_ps(value, high, sums[r][1]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
    const float* x_scale = p.x_scales == nullptr
                               ? nullptr
                               : p.x_scales + x_row(p, row + r) * p.x_scale_stride + s.index;
    const float* w_scale_high = s.w_scale == nullptr ? nullptr : s.w_scale + 8;
    float* total = totals + r * panel_width;
    _mm256_storeu_ps(total, add_segment(_mm256_loadu_ps(total), sums[r][0], s.w_scale, x_scale));
    _mm256_storeu_ps(total + 8,
                     add_segment(_mm256_loadu_ps(total + 8), sums[r][1], w_scale_high, x_scale));
  }
}

void multiply_rows(const gemm_params& p, std::int64_t first, std::int64_t rows,
                   const segment_of_k& s, float* totals) {
  for (std::int64_t r = 0; r < rows; r += row_tile_max) {
    const std::int64_t row = first + r;
    float* to = totals + r * panel_width;
    switch (least(row_tile_max, rows - r)) {
    case 1: multiply_tile<1>(p, row, s, to); break;
    case 2: multiply_tile<2>(p, row, s, to); break;
    case 3: multiply_tile<3>(p, row, s, to); break;
    case 4: multiply_tile<4>(p, row, s, to); break;
    case 5: multiply_tile<5>(p, row, s, to); break;
    default: multiply_tile<6>(p, row, s, to); break;
    }
  }
}

/// True where the weights need a correction by quantised_factor: float8 weights that meet plain
/// activations lack it, and float32 weights (float8 that held a NaN) that meet quantised
/// activations must undo it.
template <element W>
bool other_factor(const gemm_params& p) {
  return (W == element::float8 && p.x_scales == nullptr) ||
         (W == element::float32 && p.x_scales != nullptr);
}

template <element W>
void decode_plain(const typename lanes<W>::stored* weights, std::int64_t length, float* buffer) {
  for (std::int64_t k = 0; k < length; ++k) {
    f32x8 low, high;
    _mm_prefetch(reinterpret_cast<const char*>(weights + k * panel_width) + prefetch_bytes,
                 _MM_HINT_T0);
    load_pair<W>(weights + k * panel_width, low, high);
    in_order<W>(low, high);
    _mm256_store_ps(buffer + k * panel_width, low);
    _mm256_store_ps(buffer + k * panel_width + 8, high);
  }
}

/// Writes one column more if `length` is odd.
template <>
void decode_plain<element::float8>(const std::uint8_t* weights, std::int64_t length,
                                   float* buffer) {
  for (std::int64_t k = 0; k < length; k += 2) {
    _mm_prefetch(reinterpret_cast<const char*>(weights + k * panel_width + prefetch_bytes),
                 _MM_HINT_T0);
    const two_columns two = load_twos(weights + k * panel_width);
    float* to = buffer + k * panel_width;
    _mm256_store_ps(to, two.low[0]);
    _mm256_store_ps(to + 8, two.high[0]);
    _mm256_store_ps(to + 16, two.low[1]);
    _mm256_store_ps(to + 24, two.high[1]);
  }
}

/// The weights of one segment as floats: decoded into `buffer`, or in place.
template <element W>
const float* decode(const gemm_params& p, const typename lanes<W>::stored* weights,
                    std::int64_t length, const float* w_scale, float* buffer) {
  const bool rounded = p.weight_round != element::float32; // weight-only: rounded here
  if (W == element::float32 && !rounded && !other_factor<W>(p))
    return reinterpret_cast<const float*>(weights);
  decode_plain<W>(weights, length, buffer);
  if (other_factor<W>(p)) {
    const f32x8 factor =
        _mm256_set1_ps(W == element::float8 ? quantised_factor : 1.0f / quantised_factor);
    for (std::int64_t i = 0; i < length * panel_width; i += 8)
      _mm256_store_ps(buffer + i, _mm256_mul_ps(_mm256_load_ps(buffer + i), factor));
  }
  if (rounded)
    for (std::int64_t i = 0; i < length * panel_width; i += 8) {
      const f32x8 scale = _mm256_loadu_ps(w_scale + i % panel_width);
      const f32x8 value = _mm256_mul_ps(_mm256_load_ps(buffer + i), scale);
      _mm256_store_ps(buffer + i, round_to(p.weight_round, value));
    }
  return buffer;
}

template <element W>
void many_rows(const gemm_params& p) {
  alignas(32) float buffer[segment_length_max * panel_width];
  alignas(32) float totals[row_chunk_max * panel_width];
  const std::int64_t segments = (p.k + p.segment - 1) / p.segment;
  for (std::int64_t first = 0; first < p.rows; first += row_chunk_max) {
    const std::int64_t rows = least(row_chunk_max, p.rows - first);
    for (std::int64_t panel = 0; panel < p.panel_count; ++panel) {
      const auto* weights =
          static_cast<const typename lanes<W>::stored*>(p.panels) + panel * p.panel_stride;
      std::memset(totals, 0, sizeof(float) * static_cast<std::size_t>(rows * panel_width));
      for (std::int64_t s = 0; s < segments; ++s) {
        const std::int64_t begin = s * p.segment;
        const std::int64_t length = least(p.segment, p.k - begin);
        const float* w_scale =
            p.w_scales == nullptr ? nullptr : p.w_scales + (panel * segments + s) * panel_width;
        const float* decoded = decode<W>(p, weights + begin * panel_width, length, w_scale, buffer);
        if (p.weight_round != element::float32)
          w_scale = nullptr; // already in the weights
        multiply_rows(p, first, rows, {s, begin, length, decoded, w_scale}, totals);
      }
      for (std::int64_t r = 0; r < rows; ++r)
        store_totals(p, first + r, panel, totals + r * panel_width);
    }
  }
}

/// Adds columns k of `Panels` panels times the rows' values to the sums. Few rows keep their values
/// in registers; more do not fit beside the sums.
template <element W, int Rows, int Panels>
inline void add_column(const typename lanes<W>::stored* weights, std::int64_t panel_stride,
                       const float* const (&x)[Rows], std::int64_t k,
                       f32x8 (&sums)[Rows][Panels][2]) {
  f32x8 values[Rows];
  if constexpr (Rows <= 4)
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
      values[r] = _mm256_broadcast_ss(x[r] + k);
#pragma GCC unroll 8
  for (int n = 0; n < Panels; ++n) {
    f32x8 low, high;
    load_pair<W>(weights + n * panel_stride + k * panel_width, low, high);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const f32x8 value = Rows <= 4 ? values[r] : _mm256_broadcast_ss(x[r] + k);
      sums[r][n][0] = _mm256_fmadd_ps(value, low, sums[r][n][0]);
      sums[r][n][1] = _mm256_fmadd_ps(value, high, sums[r][n][1]);
    }
  }
}

/// Columns k and k + 1 likewise, or k alone.
template <int Columns, int Rows, int Panels>
inline void add_twos(const std::uint8_t* weights, std::int64_t panel_stride,
                     const float* const (&x)[Rows], std::int64_t k,
                     f32x8 (&sums)[Rows][Panels][2]) {
#pragma GCC unroll 8
  for (int n = 0; n < Panels; ++n) {
    const std::uint8_t* at = weights + n * panel_stride + k * panel_width;
    if constexpr (Columns == 2)
      _mm_prefetch(reinterpret_cast<const char*>(at + prefetch_bytes), _MM_HINT_T0);
    const two_columns two = load_twos(at);
#pragma GCC unroll 2
    for (int i = 0; i < Columns; ++i)
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) {
        const f32x8 value = _mm256_broadcast_ss(x[r] + k + i);
        sums[r][n][0] = _mm256_fmadd_ps(value, two.low[i], sums[r][n][0]);
        sums[r][n][1] = _mm256_fmadd_ps(value, two.high[i], sums[r][n][1]);
      }
  }
}

/// Columns [begin, end) of one segment.
template <element W, int Rows, int Panels>
inline void add_columns(const typename lanes<W>::stored* weights, std::int64_t panel_stride,
                        const float* const (&x)[Rows], std::int64_t begin, std::int64_t end,
                        f32x8 (&sums)[Rows][Panels][2]) {
  std::int64_t k = begin;
  if constexpr (W == element::float8) {
    for (; k + 2 <= end; k += 2)
      add_twos<2, Rows, Panels>(weights, panel_stride, x, k, sums);
    if (k < end)
      add_twos<1, Rows, Panels>(weights, panel_stride, x, k, sums);
  } else {
    for (; k < end; ++k)
      add_column<W, Rows, Panels>(weights, panel_stride, x, k, sums);
  }
}

/// All `Rows` rows against `Panels` panels at once, weights decoded in registers: enough chains to
/// hide their latency, and decoding overlaps with the multiplications.
template <element W, int Rows, int Panels>
void few_rows(const gemm_params& p, std::int64_t first_panel) {
  const auto* weights =
      static_cast<const typename lanes<W>::stored*>(p.panels) + first_panel * p.panel_stride;
  const std::int64_t segments = (p.k + p.segment - 1) / p.segment;
  const float* x[Rows];
  const float* x_scales[Rows];
  alignas(32) float totals[Rows][Panels][panel_width];
  std::memset(totals, 0, sizeof(totals));
  for (int r = 0; r < Rows; ++r) {
    const std::int64_t row = x_row(p, r);
    x[r] = p.x + row * p.x_stride;
    x_scales[r] = p.x_scales == nullptr ? nullptr : p.x_scales + row * p.x_scale_stride;
  }
  for (std::int64_t s = 0; s < segments; ++s) {
    const std::int64_t end = least((s + 1) * p.segment, p.k);
    f32x8 sums[Rows][Panels][2];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
      for (int n = 0; n < Panels; ++n)
        sums[r][n][0] = sums[r][n][1] = _mm256_setzero_ps();
    add_columns<W, Rows, Panels>(weights, p.panel_stride, x, s * p.segment, end, sums);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
      for (int n = 0; n < Panels; ++n) {
        const float* xs = x_scales[r] == nullptr ? nullptr : x_scales[r] + s;
        const float* ws = p.w_scales == nullptr
                              ? nullptr
                              : p.w_scales + ((first_panel + n) * segments + s) * panel_width;
        float* total = totals[r][n];
        in_order<W>(sums[r][n][0], sums[r][n][1]);
        _mm256_store_ps(total, add_segment(_mm256_load_ps(total), sums[r][n][0], ws, xs));
        _mm256_store_ps(total + 8, add_segment(_mm256_load_ps(total + 8), sums[r][n][1],
                                               ws == nullptr ? ws : ws + 8, xs));
      }
  }
  for (int r = 0; r < Rows; ++r)
    for (int n = 0; n < Panels; ++n)
      store_totals(p, r, first_panel + n, totals[r][n]);
}

template <element W, int Rows>
void few_rows_by_panel(const gemm_params& p) {
  std::int64_t panel = 0;
  if constexpr (Rows == 2)
    for (; panel + 2 <= p.panel_count; panel += 2)
      few_rows<W, Rows, 2>(p, panel);
  for (; panel < p.panel_count; ++panel)
    few_rows<W, Rows, 1>(p, panel);
}

template <element W>
void one_row(const gemm_params& p) {
  switch (p.panel_count) {
  case 1: return few_rows<W, 1, 1>(p, 0);
  case 2: return few_rows<W, 1, 2>(p, 0);
  case 3: return few_rows<W, 1, 3>(p, 0);
  default: return few_rows<W, 1, 4>(p, 0);
  }
}

template <element W>
void gemm_of(const gemm_params& p) {
  if (p.rows > row_tile_max || p.weight_round != element::float32 || other_factor<W>(p))
    return many_rows<W>(p);
  switch (p.rows) {
  case 1: return one_row<W>(p);
  case 2: return few_rows_by_panel<W, 2>(p);
  case 3: return few_rows_by_panel<W, 3>(p);
  case 4: return few_rows_by_panel<W, 4>(p);
  case 5: return few_rows_by_panel<W, 5>(p);
  default: return few_rows_by_panel<W, 6>(p);
  }
}

} // namespace

void gemm(const gemm_params& p) {
  if (p.rows <= 0 || p.cols <= 0)
    return;
  switch (p.weight) {
  case element::float32: return gemm_of<element::float32>(p);
  case element::bfloat16: return gemm_of<element::bfloat16>(p);
  case element::float16: return gemm_of<element::float16>(p);
  case element::float8: return gemm_of<element::float8>(p);
  }
}

} // namespace hadal::kernels::simd::avx2
