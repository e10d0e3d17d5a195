#pragma once
// Instruction sets that this processor and its operating system support.

namespace hadal::kernels::simd {

struct cpu_features {
  bool avx2 = false;        // AVX2, FMA and F16C together: what the folder avx2/ is compiled for
  bool avx512 = false;      // AVX-512 F, BW, DQ and VL beside them: the folder avx512/
  bool avx512_bf16 = false; // BF16 and VBMI beside those: its gemm_bfloat16.cpp
  bool amx = false;         // AMX tiles and BF16 too, permitted by the kernel: folder amx/
};

/// Asks the processor, and requests permission for tiles from the kernel. The answer does not
/// change while the program runs.
cpu_features detect_cpu_features() noexcept;

} // namespace hadal::kernels::simd
