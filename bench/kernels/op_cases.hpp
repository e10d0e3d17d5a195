#pragma once
// The verbs of a backend at the sizes of the default model (and one linear larger than every
// cache): seeded inputs, one call to time, and the least work that it needs.

#include "kernels/ops/backend.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hadal::bench {

/// A verb on one backend: `run` may be called any number of times and leaves its output in `out`.
struct prepared_op {
  std::function<void()> run;
  std::function<const std::vector<float>&()> out;
};

struct op_case {
  std::string name;
  double bytes = 0; // least bytes read: weights and cache
  double flop = 0;
  std::function<prepared_op(kernels::backend&)> prepare;
};

std::vector<op_case> all_op_cases();

/// The workspace that backends must reserve for all cases.
kernels::workspace_limits op_limits();

} // namespace hadal::bench
