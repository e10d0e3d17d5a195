#include "kernels/cpu/simd/cpu_features.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace hadal::kernels::simd {

namespace {

/// Linux enables the tile state of a process on request, for all its threads. Repeated requests are
/// allowed.
[[maybe_unused]] bool allow_tiles() noexcept {
#if defined(__x86_64__)
  constexpr long request_permission = 0x1023; // ARCH_REQ_XCOMP_PERM
  constexpr long tile_data = 18;
  return ::syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}

} // namespace

cpu_features detect_cpu_features() noexcept {
  cpu_features features;
#if defined(__x86_64__)
  __builtin_cpu_init();
  features.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("f16c");
  features.avx512 = features.avx2 && __builtin_cpu_supports("avx512f") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl");
  features.avx512_bf16 = features.avx512 && __builtin_cpu_supports("avx512bf16") &&
                         __builtin_cpu_supports("avx512vbmi");
  features.amx = features.avx512_bf16 && __builtin_cpu_supports("amx-tile") &&
                 __builtin_cpu_supports("amx-bf16") && allow_tiles();
#endif
  return features;
}

} // namespace hadal::kernels::simd
