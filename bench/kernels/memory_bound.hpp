#pragma once
// Products of one row at DeepSeek-V2-Lite's widths with weights larger than every cache,
// alternating with plain reads of memory: the share of the machine's read bandwidth that the
// kernels reach.

#include "base/result.hpp"
#include "kernels/ops/backend.hpp"

namespace hadal::bench {

struct memory_bound_plan {
  int threads = 1;
  int rounds = 7; // of all measurements
  double bytes_per_round = 4e9;
};

/// The workspace that the backend must reserve.
kernels::workspace_limits memory_bound_limits();

/// Prints the medians. Errors: out_of_memory.
result<void> run_memory_bound(kernels::backend& backend, const memory_bound_plan& plan);

} // namespace hadal::bench
