#include "kernels/cpu/simd/avx512/gemm_tiles.hpp"
#include "kernels/cpu/simd/avx512/kernels.hpp"

// Products in float32 over panels in the order of columns. Few rows decode in registers; more rows
// share decoded weights of one segment.

namespace hadal::kernels::simd::avx512 {
namespace {

constexpr std::int64_t few_rows_max = 4;
/// Prefetch distance in elements of a panel.
constexpr std::int64_t prefetch_elements = 1024;

template <element W>
struct float32_math {
  using stored_type = typename lanes<W>::stored;
  static constexpr std::int64_t values_per_unit = 1;
  static constexpr std::int64_t x_units = 1; // rows are read in place

  static f32x16 add(f32x16 sum, f32x16 weights, f32x16 value) {
    return _mm512_fmadd_ps(value, weights, sum);
  }
  static void load_rows(const gemm_params&, const segment_of_k&, std::int64_t, std::int64_t,
                        float*) {}
  static const float* row_units(const gemm_params& p, const segment_of_k& s, std::int64_t first,
                                std::int64_t row, const float*) {
    return p.x + x_row(p, first + row) * p.x_stride + s.begin;
  }
  static const stored_type* panel(const gemm_params& p, std::int64_t panel) {
    return static_cast<const stored_type*>(p.panels) + panel * p.panel_stride;
  }
  static constexpr std::int64_t unit_bytes = panel_width * sizeof(stored_type);
  static const char* stored(const gemm_params& p, const segment_of_k& s, std::int64_t panel) {
    return reinterpret_cast<const char*>(float32_math::panel(p, panel) + s.begin * panel_width);
  }
  static const f32x16* decode(const gemm_params& p, const segment_of_k& s, std::int64_t panel,
                              f32x16* buffer) {
    const stored_type* weights = float32_math::panel(p, panel) + s.begin * panel_width;
    if (p.weight_round == element::float32) {
      for (std::int64_t k = 0; k < s.length; ++k)
        buffer[k] = lanes<W>::load(weights + k * panel_width);
      return buffer;
    }
    const f32x16 scale =
        _mm512_loadu_ps(p.w_scales + (panel * segment_count(p) + s.index) * panel_width);
    for (std::int64_t k = 0; k < s.length; ++k)
      buffer[k] =
          round_to(p.weight_round, _mm512_mul_ps(lanes<W>::load(weights + k * panel_width), scale));
    return buffer;
  }
};

/// `Rows` rows against `Panels` panels at once, weights decoded in registers.
template <element W, int Rows, int Panels>
void few_rows(const gemm_params& p, std::int64_t first_panel) {
  using math = float32_math<W>;
  const auto* weights = math::panel(p, first_panel);
  f32x16 totals[Rows][Panels];
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n)
      totals[r][n] = _mm512_setzero_ps();
  for (std::int64_t index = 0; index < segment_count(p); ++index) {
    const segment_of_k s = segment_at(p, index);
    const float* x[Rows];
    f32x16 sums[Rows][Panels];
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
      x[r] = math::row_units(p, s, 0, r, nullptr);
#pragma GCC unroll 4
      for (int n = 0; n < Panels; ++n)
        sums[r][n] = _mm512_setzero_ps();
    }
    for (std::int64_t k = 0; k < s.length; ++k) {
      f32x16 w[Panels];
#pragma GCC unroll 4
      for (int n = 0; n < Panels; ++n) {
        const auto* at = weights + n * p.panel_stride + (s.begin + k) * panel_width;
        _mm_prefetch(reinterpret_cast<const char*>(at + prefetch_elements), _MM_HINT_T0);
        w[n] = lanes<W>::load(at);
      }
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r) {
        const f32x16 value = _mm512_set1_ps(x[r][k]);
#pragma GCC unroll 4
        for (int n = 0; n < Panels; ++n)
          sums[r][n] = math::add(sums[r][n], w[n], value);
      }
    }
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
      for (int n = 0; n < Panels; ++n)
        totals[r][n] =
            add_segment(totals[r][n], sums[r][n], scales_of_sum(p, first_panel + n, s.index),
                        x_scale(p, r, s.index));
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < Panels; ++n)
      store_totals(p, r, first_panel + n, totals[r][n]);
}

template <element W, int Rows>
void few_rows(const gemm_params& p) {
  switch (p.panel_count) {
  case 1: return few_rows<W, Rows, 1>(p, 0);
  case 2: return few_rows<W, Rows, 2>(p, 0);
  case 3: return few_rows<W, Rows, 3>(p, 0);
  default: return few_rows<W, Rows, 4>(p, 0);
  }
}

template <element W>
void gemm_of(const gemm_params& p) {
  if (p.rows > few_rows_max || p.weight_round != element::float32)
    return many_rows<float32_math<W>>(p);
  switch (p.rows) {
  case 1: return few_rows<W, 1>(p);
  case 2: return few_rows<W, 2>(p);
  case 3: return few_rows<W, 3>(p);
  default: return few_rows<W, 4>(p);
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

} // namespace hadal::kernels::simd::avx512
