#pragma once
// The face of the vectorised CPU backend: all that a caller outside this folder needs.

#include "kernels/ops/backend.hpp"

#include <memory>

namespace hadal::kernels {

/// True where this processor, and its system, run one of the instruction sets that the backend has
/// kernels for.
bool simd_supported() noexcept;

/// The simd backend over the best of them; options.threads 0 means one for each core. Errors:
/// not_supported where simd_supported() is false.
result<std::unique_ptr<backend>> make_simd_backend(const backend_options& options);

} // namespace hadal::kernels
