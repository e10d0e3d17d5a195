#pragma once
// What the CPU under this process can do, for `hadal version` and `hadal doctor`.

#include <string>
#include <vector>

namespace hadal::server {

/// One instruction set that Hadal's kernels may use.
struct cpu_feature {
  std::string name; // as in /proc/cpuinfo: "avx2", "avx512_bf16"
  bool present = false;
};

/// In the order in which the kernels gain from them. Empty on machines that are not x86-64.
std::vector<cpu_feature> cpu_features();

/// The names of those that are present, with spaces; "none" when there is none.
std::string join_features(const std::vector<cpu_feature>& features);

/// The CPU's name as the system gives it, or "unknown CPU".
std::string cpu_model();

} // namespace hadal::server
