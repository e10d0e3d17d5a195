#pragma once
// The NUMA nodes that a process may use, as Linux describes them. Memory of a processor's own node
// is nearer than that of another: on machines with several, where threads run and where memory lies
// decides how fast weights are read.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace hadal::kernels {

/// A machine that says it has more is taken for one without nodes.
inline constexpr int numa_nodes_max = 16;

struct numa_node {
  int id = 0;                     // the system's number
  std::vector<int> cpus;          // that the process may use
  std::uint64_t memory_bytes = 0; // of the whole node
};

/// By id. Fewer than two nodes: there is nothing to choose.
using numa_topology = std::vector<numa_node>;

inline constexpr const char* numa_folder = "/sys/devices/system/node";

/// The nodes below `root` (of the form of numa_folder) that have memory and some of
/// `allowed_cpus`. Never fails: empty where files are missing or not understood, and where an
/// allowed CPU belongs to no node with memory, for then no division is complete.
numa_topology read_topology(const std::filesystem::path& root, std::span<const int> allowed_cpus);

} // namespace hadal::kernels
