#include "kernels/cpu/cpu_backend.hpp"

#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "kernels/cpu/simd/simd_backend.hpp"

namespace hadal::kernels {

result<std::unique_ptr<backend>> make_cpu_backend(const backend_options& options,
                                                  cpu_backend_kind kind) {
  if (kind == cpu_backend_kind::automatic) {
    if (auto vectorised = simd::make_simd_backend(options))
      return vectorised;
  }
  return make_scalar_backend(options);
}

} // namespace hadal::kernels
