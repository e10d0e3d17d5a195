#pragma once
// The settings of `hadal bench step`: which model, on what, and the plan of the timings.

#include "actors/server/flags.hpp"
#include "actors/server/options.hpp"
#include "bench/step/step_bench.hpp"

#include <string>

namespace hadal::server {

struct bench_options {
  serve_options model; // its flags of model, device and threads; others keep defaults
  bench::step_plan plan{{1, 4, 16}, {128}, 64, 3, 512, 1};
  std::string json_file; // empty: none
  std::string plot_file; // empty: none
};

/// The flags that fill `options`, which must outlive the table.
flag_table bench_flags(bench_options& options);

} // namespace hadal::server
