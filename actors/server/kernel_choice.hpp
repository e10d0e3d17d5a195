#pragma once
// Chooses the CPU kernels for --cpu-isa on a machine, with the reason in words.

#include "actors/server/options.hpp"
#include "kernels/cpu/cpu_options.hpp"

#include <string>
#include <vector>

namespace hadal::server {

struct kernel_choice {
  bool scalar = false;                             // the reference
  kernels::simd_isa isa = kernels::simd_isa::best; // unless scalar
  bool runs = true;                                // false: this processor lacks the requested set
  std::string why;                                 // "avx2, the best of avx2"
};

/// `usable`: the instruction sets that the machine supports, the best first. "avx512" is the best
/// set of that family.
kernel_choice choose_kernels(cpu_isa asked, const std::vector<kernels::simd_isa>& usable);

} // namespace hadal::server
