#pragma once
// The vector kernels of one instruction set as the backend calls them: everything that a new
// folder beside avx2/ has to provide. A kernel runs on one thread and plain memory, and checks
// nothing.

#include "kernels/cpu/cpu_options.hpp"
#include "kernels/cpu/simd/cpu_features.hpp"
#include "kernels/cpu/simd/params/kernel_params.hpp"

#include <cstdint>
#include <string_view>

namespace hadal::kernels::simd {

struct kernel_table {
  simd_isa isa;
  std::string_view name;
  panel_orders orders = {}; // the orders that gemm is fastest with

  void (*gemm)(const gemm_params& p);
  void (*latent_scores)(const latent_attention_params& p);
  void (*latent_values)(const latent_attention_params& p);

  void (*norm_row)(const norm_row_params& p);
  void (*quantise_row)(const quantise_row_params& p);
  /// Pairs (2i, 2i + 1) of x rotated by the angle of cos[i] and sin[i].
  void (*rope_row)(float* x, const float* cos, const float* sin, std::int64_t pairs, element round);
  /// out = silu(gate) * up
  void (*swiglu_row)(const float* gate, const float* up, float* out, std::int64_t cols,
                     element round);
  /// x = x + y
  void (*add_row)(float* x, const float* y, std::int64_t cols, element round);
  /// sum = sum + weight * x, the product and the sum each rounded to float32.
  void (*add_scaled_row)(float* sum, const float* x, float weight, std::int64_t cols);
  /// x = the nearest values of `round`
  void (*round_row)(float* x, std::int64_t cols, element round);
  /// The softmax of scale * scores in place; [count, padded_count) becomes 0.
  void (*softmax_row)(float* scores, std::int64_t count, std::int64_t padded_count, float scale,
                      element round);
  /// x = e^x, with an error under 1.5 units in the last place.
  void (*exp_row)(float* x, std::int64_t cols);
  /// Between float32 rows and rows of `type` (not float8); storing rounds.
  void (*load_row)(const void* from, element type, float* to, std::int64_t cols);
  void (*store_row)(const float* from, void* to, element type, std::int64_t cols);
  /// panel[k][r] = x[r][k] for r < rows <= panel_width, 0 for the other r.
  void (*transpose_panel)(const float* x, std::int64_t x_stride, std::int64_t rows,
                          std::int64_t cols, float* panel);
};

/// The kernels of `isa`, or the best that the processor supports; null if it supports
/// none.
const kernel_table* find_kernels(const cpu_features& features, simd_isa isa) noexcept;

} // namespace hadal::kernels::simd
