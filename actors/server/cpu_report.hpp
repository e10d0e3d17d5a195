#pragma once
// The features of this CPU, for `hadal version` and `hadal doctor`.

#include <string>
#include <vector>

namespace hadal::server {

/// One instruction set that Hadal's kernels may use.
struct cpu_feature {
  std::string name; // as in /proc/cpuinfo: "avx2", "avx512_bf16"
  bool present = false;
};

/// In order of gain for the kernels. Empty on machines other than x86-64.
std::vector<cpu_feature> cpu_features();

/// The names of the present features, separated by spaces; "none" if there are none.
std::string join_features(const std::vector<cpu_feature>& features);

/// The system's name of the CPU, or "unknown CPU".
std::string cpu_model();

} // namespace hadal::server
