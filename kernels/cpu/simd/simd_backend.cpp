#include "kernels/cpu/simd/simd_backend.hpp"

#include "base/assert.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"

#include <algorithm>
#include <thread>

namespace hadal::kernels::simd {

simd_backend::simd_backend(const backend_options& options, const kernel_table& kernels, int threads)
  : backend(options), kernels_(kernels), pool_(threads) {}

result<tensor_view> simd_backend::allocate(dtype type, std::int64_t rows, std::int64_t cols) {
  HADAL_TRY_ASSIGN(memory,
                   host_memory::reserve(static_cast<std::size_t>(rows * cols) * size_bytes(type),
                                        "activations"));
  tensors_.push_back(std::move(memory));
  return tensor_view(tensors_.back().data(), type, rows, cols);
}

result<void> simd_backend::reserve(const workspace_limits& limits) {
  return space_.reserve(limits, pool_.thread_count());
}

result<void> simd_backend::end_step() {
  step_ = {};
  return {};
}

} // namespace hadal::kernels::simd

namespace hadal::kernels {

bool simd_supported() noexcept {
  return simd::best_kernels(simd::detect_cpu_features()) != nullptr;
}

result<std::unique_ptr<backend>> make_simd_backend(const backend_options& options) {
  HADAL_ASSERT(options.compute == dtype::float32 || options.compute == dtype::bfloat16 ||
               options.compute == dtype::float16);
  const simd::kernel_table* kernels = simd::best_kernels(simd::detect_cpu_features());
  if (kernels == nullptr)
    return fail(error_code::not_supported, "this processor has no AVX2 with FMA and F16C");
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return std::make_unique<simd::simd_backend>(options, *kernels,
                                              options.threads > 0 ? options.threads : cores);
}

} // namespace hadal::kernels
