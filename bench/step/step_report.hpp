#pragma once
// The figures of `hadal bench step` as a table, as JSON and as a plot.

#include "bench/step/machine_limits.hpp"
#include "bench/step/step_bench.hpp"
#include "model/config/model_config.hpp"

#include <string>
#include <vector>

namespace hadal::bench {

struct step_report {
  std::string model;   // as the command line names it
  std::string backend; // "avx2", ...
  std::string dtype;   // the compute dtype
  std::string machine; // the processor's name
  unsigned threads = 1;
  std::string numa;             // their placement: "one NUMA node"
  std::int64_t float_bytes = 4; // of a value in the compute dtype
  double load_seconds = 0;
  model::model_config config;
  machine_limits limits;
  std::vector<step_timing> timings;
};

std::string report_text(const step_report& report);
std::string report_json(const step_report& report);

/// An SVG plot: tokens per second over batch size, one line per input length.
std::string report_svg(const step_report& report);

} // namespace hadal::bench
