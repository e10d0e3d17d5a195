#pragma once
// What this processor, and the system it runs under, can execute.

namespace hadal::kernels::simd {

struct cpu_features {
  bool avx2 = false; // AVX2, FMA and F16C together: what the folder avx2/ is compiled for
};

/// Asks the processor; the answer does not change while the program runs.
cpu_features detect_cpu_features() noexcept;

} // namespace hadal::kernels::simd
