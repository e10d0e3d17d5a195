#include "kernels/cpu/simd/kernel_table.hpp"

#include "kernels/cpu/simd/amx/kernels.hpp"
#include "kernels/cpu/simd/avx2/kernels.hpp"
#include "kernels/cpu/simd/avx512/kernels.hpp"

namespace hadal::kernels::simd {

namespace {

constexpr kernel_table avx2_table = {
    .isa = simd_isa::avx2,
    .name = "avx2",
    .orders = {.float8 = panel_order::twos},
    .gemm = avx2::gemm,
    .latent_scores = avx2::latent_scores,
    .latent_values = avx2::latent_values,
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

constexpr std::int64_t coded_bytes_min = std::int64_t{4} << 20;

/// The table with another gemm, which takes pairs of bfloat16.
constexpr kernel_table with_pairs(kernel_table table, simd_isa isa, std::string_view name,
                                  void (*gemm)(const gemm_params& p)) {
  table.isa = isa;
  table.name = name;
  table.orders = {panel_order::pairs, panel_order::pairs, coded_bytes_min};
  table.gemm = gemm;
  return table;
}

constexpr kernel_table avx512_table = {
    .isa = simd_isa::avx512,
    .name = "avx512",
    .gemm = avx512::gemm,
    .latent_scores = avx512::latent_scores,
    .latent_values = avx512::latent_values,
    .norm_row = avx512::norm_row,
    .quantise_row = avx512::quantise_row,
    .rope_row = avx512::rope_row,
    .swiglu_row = avx512::swiglu_row,
    .add_row = avx512::add_row,
    .add_scaled_row = avx512::add_scaled_row,
    .round_row = avx512::round_row,
    .softmax_row = avx512::softmax_row,
    .exp_row = avx512::exp_row,
    .load_row = avx512::load_row,
    .store_row = avx512::store_row,
    .transpose_panel = avx512::transpose_panel,
};

constexpr kernel_table avx512_bf16_table =
    with_pairs(avx512_table, simd_isa::avx512_bf16, "avx512-bf16", avx512::gemm_bfloat16);

constexpr kernel_table amx_table = with_pairs(avx512_table, simd_isa::amx, "amx-bf16", amx::gemm);

bool runs(const cpu_features& features, simd_isa isa) noexcept {
  switch (isa) {
  case simd_isa::avx2: return features.avx2;
  case simd_isa::avx512: return features.avx512;
  case simd_isa::avx512_bf16: return features.avx512_bf16;
  case simd_isa::amx: return features.amx;
  case simd_isa::best: break;
  }
  return false;
}

} // namespace

const kernel_table* find_kernels(const cpu_features& features, simd_isa isa) noexcept {
  for (const kernel_table* table : {&amx_table, &avx512_bf16_table, &avx512_table, &avx2_table})
    if (runs(features, table->isa) && (isa == simd_isa::best || isa == table->isa))
      return table;
  return nullptr;
}

} // namespace hadal::kernels::simd
