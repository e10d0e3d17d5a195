#pragma once
// The options of a tested backend in one record: those of all backends, and those of the CPU's.

#include "kernels/cpu/cpu_options.hpp"
#include "kernels/ops/backend.hpp"

namespace hadal::kernels::testing {

struct tested_options : backend_options {
  cpu_options cpu;
};

} // namespace hadal::kernels::testing
