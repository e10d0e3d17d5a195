#pragma once
// The benchmarks behind `hadal bench NAME`: each takes the arguments after its name.

#include "actors/server/commands.hpp"

namespace hadal::server {

int bench_step_command(const arguments& args);
int bench_serving_command(const arguments& args);

} // namespace hadal::server
