#pragma once
// The benchmarks behind `hadal bench NAME`: each takes the arguments after its name.

#include "actors/server/commands.hpp"
#include "base/result.hpp"

#include <string>

namespace hadal::server {

int bench_step_command(const arguments& args);
int bench_serving_command(const arguments& args);

/// Errors: io_error (param = the path).
result<void> write_file(const std::string& path, const std::string& text);

} // namespace hadal::server
