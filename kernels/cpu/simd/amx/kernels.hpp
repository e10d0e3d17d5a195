#pragma once
// The gemm for AMX BF16, beside the AVX-512 kernels for everything else. Call it only where
// cpu_features says that it runs: it needs the system's leave to use tiles, too.

#include "kernels/cpu/simd/kernel_params.hpp"

namespace hadal::kernels::simd::amx {

/// Of both orders of panels; that of columns goes to the AVX-512 kernels.
void gemm(const gemm_params& p);

} // namespace hadal::kernels::simd::amx
