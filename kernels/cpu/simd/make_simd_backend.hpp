#pragma once
// The public interface of the vectorised CPU backend: all that a caller outside this folder needs.

#include "kernels/cpu/cpu_options.hpp"
#include "kernels/cpu/numa/numa_placement.hpp"
#include "kernels/ops/backend.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace hadal::kernels {

/// True if this processor and its operating system support `isa`; for `best`, any that the backend
/// has kernels for.
bool simd_supported(simd_isa isa = simd_isa::best) noexcept;

/// The supported instruction sets, the best first.
std::vector<simd_isa> usable_simd();

/// "avx2", "avx512", "avx512-bf16", "amx-bf16"; "best".
std::string_view to_string(simd_isa isa) noexcept;

/// The simd backend over the kernels of cpu.isa, with threads and weights placed on NUMA nodes as
/// cpu.numa says. Errors: not_supported if simd_supported(cpu.isa) is false.
result<std::unique_ptr<backend>> make_simd_backend(const backend_options& options,
                                                   const cpu_options& cpu);

/// The same with threads and memory placed by `placement`.
result<std::unique_ptr<backend>> make_simd_backend(const backend_options& options, simd_isa isa,
                                                   const numa_placement& placement);

} // namespace hadal::kernels
