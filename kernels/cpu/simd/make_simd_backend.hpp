#pragma once
// The face of the vectorised CPU backend: all that a caller outside this folder needs.

#include "kernels/cpu/numa/numa_placement.hpp"
#include "kernels/ops/backend.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace hadal::kernels {

/// True where this processor, and its system, run that instruction set, or any that the backend has
/// kernels for.
bool simd_supported(simd_isa isa = simd_isa::best) noexcept;

/// The instruction sets that they run, the best first.
std::vector<simd_isa> usable_simd();

/// "avx2", "avx512", "avx512-bf16", "amx-bf16"; "best".
std::string_view to_string(simd_isa isa) noexcept;

/// The simd backend over the kernels of options.isa; options.threads 0 means one for each core.
/// options.numa says whether it is placed on the machine's nodes. Errors: not_supported where
/// simd_supported(options.isa) is false.
result<std::unique_ptr<backend>> make_simd_backend(const backend_options& options);

/// The same with threads and memory placed as said, whatever the options say of them.
result<std::unique_ptr<backend>> make_simd_backend(const backend_options& options,
                                                   const numa_placement& placement);

} // namespace hadal::kernels
