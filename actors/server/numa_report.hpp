#pragma once
// Describes the NUMA nodes of a machine and their use, in words.

#include "kernels/cpu/numa/numa_topology.hpp"

#include <cstdint>
#include <string>

namespace hadal::server {

/// How several nodes are used.
enum class numa_use : std::uint8_t {
  placed,
  switched_off, // --numa off
  no_use,       // kernels on one thread, or no model to compute
};

/// "one node: nothing to place"; "2 nodes: node 0 with 8 CPUs, 62.8 GiB, 8 threads; node 1 ..."
/// and what they do.
std::string numa_report(const kernels::numa_topology& nodes, std::uint32_t threads, numa_use use);

} // namespace hadal::server
