#include "kernels/cpu/simd/simd_backend.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <thread>

namespace hadal::kernels::simd {

simd_backend::simd_backend(const backend_options& options, const kernel_table& kernels,
                           const numa_placement& placement)
  : cpu_backend(options), kernels_(kernels), placement_(placement), pool_(placement),
    weights_(placement) {}

result<host_memory> simd_backend::reserve_shared(std::size_t bytes, const char* purpose) const {
  HADAL_TRY_ASSIGN(memory, host_memory::reserve(bytes, purpose));
  placement_.interleave(memory.data(), memory.bytes());
  return std::move(memory);
}

thread_pool::node_tiles simd_backend::head_tiles(std::int64_t heads,
                                                 std::int64_t each) const noexcept {
  thread_pool::node_tiles begins{};
  for (int node = 0; node <= placement_.node_count(); ++node)
    begins[static_cast<std::size_t>(node)] = placement_.split(heads, node) * each;
  return begins;
}

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

} // namespace hadal::kernels::simd

namespace hadal::kernels {

namespace {

/// The processor features that an instruction set needs, in words.
std::string_view needs(simd_isa isa) noexcept {
  switch (isa) {
  case simd_isa::avx512: return "AVX-512 F, BW, DQ and VL";
  case simd_isa::avx512_bf16: return "AVX-512 BF16 and VBMI";
  case simd_isa::amx: return "AMX with BF16 beside AVX-512 BF16 and VBMI";
  case simd_isa::avx2:
  case simd_isa::best: break;
  }
  return "AVX2 with FMA and F16C";
}

} // namespace

bool simd_supported(simd_isa isa) noexcept {
  return simd::find_kernels(simd::detect_cpu_features(), isa) != nullptr;
}

std::vector<simd_isa> usable_simd() {
  std::vector<simd_isa> usable;
  for (const simd_isa isa :
       {simd_isa::amx, simd_isa::avx512_bf16, simd_isa::avx512, simd_isa::avx2})
    if (simd_supported(isa))
      usable.push_back(isa);
  return usable;
}

std::string_view to_string(simd_isa isa) noexcept {
  switch (isa) {
  case simd_isa::avx2: return "avx2";
  case simd_isa::avx512: return "avx512";
  case simd_isa::avx512_bf16: return "avx512-bf16";
  case simd_isa::amx: return "amx-bf16";
  case simd_isa::best: break;
  }
  return "best";
}

result<std::unique_ptr<backend>> make_simd_backend(const backend_options& options,
                                                   const cpu_options& cpu) {
  const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int threads = cpu.threads > 0 ? cpu.threads : cores;
  return make_simd_backend(options, cpu.isa,
                           cpu.numa == numa_mode::off ? numa_placement(threads)
                                                      : numa_placement::of_machine(threads));
}

result<std::unique_ptr<backend>> make_simd_backend(const backend_options& options, simd_isa isa,
                                                   const numa_placement& placement) {
  HADAL_ASSERT(options.compute == dtype::float32 || options.compute == dtype::bfloat16 ||
               options.compute == dtype::float16);
  const simd::kernel_table* kernels = simd::find_kernels(simd::detect_cpu_features(), isa);
  if (kernels == nullptr)
    return fail(error_code::not_supported, fmt::format("this processor has no {}", needs(isa)));
  if (placement.node_count() > 1)
    log::info("{} is placed on {}: weights beside the threads that read them, embeddings and KV "
              "cache on all nodes",
              kernels->name, describe(placement));
  return std::make_unique<simd::simd_backend>(options, *kernels, placement);
}

} // namespace hadal::kernels
