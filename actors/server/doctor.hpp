#pragma once
// Checks whether a server can start with these options, without starting one: the machine, the
// port, the keys, and the model down to the shape of every tensor. No weight is read.

#include "actors/server/cpu_report.hpp"
#include "actors/server/model_choice.hpp"
#include "actors/server/options.hpp"
#include "base/result.hpp"
#include "kernels/cpu/cpu_options.hpp"
#include "kernels/cpu/numa/numa_topology.hpp"
#include "model/weights/model_location.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hadal::server {

enum class verdict : std::uint8_t { ok, warn, fail };

struct finding {
  enum verdict verdict = verdict::ok;
  std::string subject; // "cpu", "port", "weights", ...
  std::string text;
};

/// The facts about the machine that the checks use.
struct doctor_surroundings {
  model_search search;
  model::hub_environment hub;
  std::string cpu_name;
  std::vector<cpu_feature> features;
  std::vector<kernels::simd_isa> kernels; // that the CPU supports, the best first
  kernels::numa_topology numa;
  std::uint32_t cores = 1;
  std::uint64_t memory_bytes = 0; // available to this process; 0: unknown
  std::uint64_t descriptors = 0;
  std::function<result<void>(const std::string& host, std::uint16_t port)> try_listen;
  std::vector<std::string> variable_warnings; // lines about misspelt variables
};

/// Without warnings about variables: the command adds them.
doctor_surroundings this_machine();

/// Runs the checks in a fixed order; a check that depends on a failed one is skipped.
std::vector<finding> examine(const serve_options& options, const doctor_surroundings& around);

/// True if no check fails.
bool is_healthy(const std::vector<finding>& findings);

/// One line per finding: verdict, subject, text.
std::string findings_text(const std::vector<finding>& findings);

/// {"ok": bool, "checks": [{"check", "verdict": "ok" | "warn" | "fail", "message"}]}
std::string findings_json(const std::vector<finding>& findings);

} // namespace hadal::server
