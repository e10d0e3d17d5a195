#pragma once
// The gemm for AMX BF16; the other kernels are those of AVX-512. Call it only if cpu_features
// allows it: AMX also needs permission from the kernel (arch_prctl).

#include "kernels/cpu/simd/params/kernel_params.hpp"

namespace hadal::kernels::simd::amx {

/// Takes every panel order; panels in the order of columns go to the AVX-512 gemm.
void gemm(const gemm_params& p);

} // namespace hadal::kernels::simd::amx
