#include "kernels/cpu/simd/cpu_features.hpp"

namespace hadal::kernels::simd {

cpu_features detect_cpu_features() noexcept {
  cpu_features features;
#if defined(__x86_64__)
  __builtin_cpu_init();
  features.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("f16c");
#endif
  return features;
}

} // namespace hadal::kernels::simd
