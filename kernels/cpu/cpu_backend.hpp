#pragma once
// Chooses a CPU backend once, at start.

#include "kernels/ops/backend.hpp"

#include <cstdint>
#include <memory>

namespace hadal::kernels {

enum class cpu_backend_kind : std::uint8_t {
  automatic, // vectorised where the processor allows it, else scalar
  scalar,    // the oracle: one thread, slow, written to be believed
};

/// options.threads: 0 for one a core. Errors: out_of_memory.
result<std::unique_ptr<backend>> make_cpu_backend(const backend_options& options,
                                                  cpu_backend_kind kind);

} // namespace hadal::kernels
