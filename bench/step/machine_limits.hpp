#pragma once
// What this machine can do at most, measured in the same run as what is compared with it: reading
// memory with all threads, and float32 fused multiply-adds in registers.

#include <cstdint>

namespace hadal::bench {

struct machine_limits {
  double read_bytes_per_second = 0;
  double flop_per_second = 0; // float32
};

/// Takes about a second; reads `read_bytes` (beyond every cache) with `threads` threads, the best
/// of several rounds.
machine_limits measure_machine(unsigned threads, std::int64_t read_bytes);

} // namespace hadal::bench
