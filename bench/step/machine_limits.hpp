#pragma once
// Limits of this machine, measured in the same run as the results that are compared with them:
// reading memory with all threads, each from its own NUMA node first, and float32 fused
// multiply-adds in registers.

#include "base/result.hpp"
#include "kernels/core/memory_arena.hpp"
#include "kernels/cpu/numa/numa_placement.hpp"

#include <cstddef>
#include <cstdint>

namespace hadal::bench {

/// Memory that threads read together, piece by piece, with prefetches ahead: in huge pages where
/// the system has them, like weights.
class memory_reader {
public:
  /// `bytes` must exceed every cache; they are divided among nodes by `placement`. Errors:
  /// out_of_memory.
  static result<memory_reader> make(const kernels::numa_placement& placement, std::int64_t bytes);

  double bytes() const noexcept;
  std::size_t pieces() const noexcept { return pieces_; }
  /// Reads one piece; the caller must use the sum, or the compiler removes the reads.
  std::uint64_t read(std::size_t piece) const noexcept;
  /// One pass over all pieces, with threads of its own.
  double bytes_per_second();

private:
  explicit memory_reader(const kernels::numa_placement& placement) : placement_(placement) {}

  kernels::numa_placement placement_;
  std::size_t pieces_ = 0;
  kernels::host_memory memory_;
};

struct machine_limits {
  double read_bytes_per_second = 0;
  double flop_per_second = 0; // float32
};

/// Takes about a second; reads `read_bytes` (beyond every cache) with the threads of `placement`,
/// the best of several rounds. Errors: out_of_memory.
result<machine_limits> measure_machine(const kernels::numa_placement& placement,
                                       std::int64_t read_bytes);

} // namespace hadal::bench
