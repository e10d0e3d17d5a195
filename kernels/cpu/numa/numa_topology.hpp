#pragma once
// The NUMA nodes that a process may use, as Linux describes them. A CPU reads the memory of its own
// node faster than that of another, so on machines with several nodes the placement of threads and
// memory decides how fast weights are read.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace hadal::kernels {

/// A machine with more nodes is treated as one without nodes.
inline constexpr int numa_nodes_max = 16;

struct numa_node {
  int id = 0;                     // the system's number of the node
  std::vector<int> cpus;          // that the process may use
  std::uint64_t memory_bytes = 0; // of the whole node
};

/// Sorted by id. With fewer than two nodes there is nothing to place.
using numa_topology = std::vector<numa_node>;

inline constexpr const char* numa_folder = "/sys/devices/system/node";

/// The nodes below `root` (laid out as numa_folder) that have memory and some of `allowed_cpus`.
/// Never fails. Empty if files are missing or cannot be parsed, or if an allowed CPU belongs to no
/// node with memory.
numa_topology read_topology(const std::filesystem::path& root, std::span<const int> allowed_cpus);

} // namespace hadal::kernels
