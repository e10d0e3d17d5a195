#pragma once
// How the CPU backends use the machine. No result depends on threads or placement; instruction sets
// differ in the rounding of float32 sums.

#include <cstdint>

namespace hadal::kernels {

/// Instruction sets that the vectorised backend has kernels for.
enum class simd_isa : std::uint8_t {
  best,        // the best that the processor supports
  avx2,        // with FMA and F16C
  avx512,      // F, BW, DQ and VL
  avx512_bf16, // the same with BF16 and VBMI
  amx,         // the same with AMX tiles and their BF16
};

/// Placement on machines with several NUMA nodes.
enum class numa_mode : std::uint8_t {
  automatic, // threads stay on their nodes; weights are stored on the node that reads them
  off,       // nothing
};

/// Of the vectorised backend; the scalar one has one thread and no choice.
struct cpu_options {
  int threads = 0; // 0: one per core
  simd_isa isa = simd_isa::best;
  numa_mode numa = numa_mode::automatic;
};

} // namespace hadal::kernels
