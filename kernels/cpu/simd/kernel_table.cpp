#include "kernels/cpu/simd/kernel_table.hpp"

#include "kernels/cpu/simd/avx2/kernels.hpp"

namespace hadal::kernels::simd {

namespace {

constexpr kernel_table avx2_table = {
    .name = "avx2",
    .gemm = avx2::gemm,
    .latent_attention = avx2::latent_attention,
    .norm_row = avx2::norm_row,
    .quantise_row = avx2::quantise_row,
    .rope_row = avx2::rope_row,
    .swiglu_row = avx2::swiglu_row,
    .add_row = avx2::add_row,
    .add_scaled_row = avx2::add_scaled_row,
    .round_row = avx2::round_row,
    .softmax_row = avx2::softmax_row,
    .exp_row = avx2::exp_row,
    .load_row = avx2::load_row,
    .store_row = avx2::store_row,
    .transpose_panel = avx2::transpose_panel,
};

} // namespace

const kernel_table* best_kernels(const cpu_features& features) noexcept {
  return features.avx2 ? &avx2_table : nullptr;
}

} // namespace hadal::kernels::simd
