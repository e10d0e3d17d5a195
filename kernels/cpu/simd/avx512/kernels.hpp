#pragma once
// The kernels for AVX-512 F + BW + DQ + VL, and a gemm that needs BF16 and VBMI too. Call them only
// if cpu_features allows it. kernel_table.hpp says what each computes.

#include "kernels/cpu/simd/params/kernel_params.hpp"

namespace hadal::kernels::simd::avx512 {

void gemm(const gemm_params& p);
/// Takes every panel order; needs AVX-512 BF16 and VBMI.
void gemm_bfloat16(const gemm_params& p);
void latent_scores(const latent_attention_params& p);
void latent_values(const latent_attention_params& p);
void norm_row(const norm_row_params& p);
void quantise_row(const quantise_row_params& p);
void rope_row(float* x, const float* cos, const float* sin, std::int64_t pairs, element round);
void swiglu_row(const float* gate, const float* up, float* out, std::int64_t cols, element round);
void add_row(float* x, const float* y, std::int64_t cols, element round);
void add_scaled_row(float* sum, const float* x, float weight, std::int64_t cols);
void round_row(float* x, std::int64_t cols, element round);
void softmax_row(float* scores, std::int64_t count, std::int64_t padded_count, float scale,
                 element round);
void exp_row(float* x, std::int64_t cols);
void load_row(const void* from, element type, float* to, std::int64_t cols);
void store_row(const float* from, void* to, element type, std::int64_t cols);
void transpose_panel(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t cols,
                     float* panel);

} // namespace hadal::kernels::simd::avx512
