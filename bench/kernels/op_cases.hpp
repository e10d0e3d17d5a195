#pragma once
// The verbs of a backend as they come up in the default model's shape (and one linear beyond every
// cache): seeded inputs, one call to time, and what it costs at least.

#include "kernels/ops/backend.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hadal::bench {

/// An op on one backend: `run` may be called any number of times and leaves its output in `out`.
struct prepared_op {
  std::function<void()> run;
  std::function<const std::vector<float>&()> out;
};

struct op_case {
  std::string name;
  double bytes = 0; // that must be read at least: weights and cache
  double flop = 0;
  std::function<prepared_op(kernels::backend&)> prepare;
};

std::vector<op_case> all_op_cases();

/// What backends must reserve for any of them.
kernels::workspace_limits op_limits();

} // namespace hadal::bench
