#pragma once
// Divides worker threads, and the work units that they share, among NUMA nodes in the same
// proportion. Node n stores the panels [split(panels, n), split(panels, n + 1)) of a weight; the
// threads [first_thread(n), first_thread(n + 1)) read them and run only on CPUs of node n. With
// fewer than two nodes nothing is placed and no system call is made.
//
// Copies share one placement. Any thread may call.

#include "kernels/cpu/numa/numa_system.hpp"
#include "kernels/cpu/numa/numa_topology.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hadal::kernels {

class numa_placement {
public:
  /// One node.
  explicit numa_placement(std::int32_t threads) : threads_(threads) {}
  /// Threads go to nodes in contiguous blocks, in proportion to the nodes' CPUs; with fewer threads
  /// than nodes, some nodes have no threads and store no weights.
  numa_placement(std::int32_t threads, const numa_topology& topology,
                 std::shared_ptr<numa_system> system);

  /// The nodes of this machine that the calling thread may use.
  static numa_placement of_machine(std::int32_t threads);

  std::int32_t thread_count() const noexcept { return threads_; }
  int node_count() const noexcept; // at least 1
  std::int32_t first_thread(int node) const noexcept;
  int node_of_thread(std::int32_t thread) const noexcept;

  /// First of `units` consecutive units that belong to `node`; the next node's begin at
  /// split(units, node + 1).
  std::int64_t split(std::int64_t units, int node) const noexcept {
    return units * first_thread(node) / threads_;
  }

  /// Makes the calling thread worker `thread`: from now on it runs on the node of that worker.
  void place_thread(std::int32_t thread) const;

  /// CPUs that the calling thread may run on; run_on lets it use them again after place_thread.
  std::vector<int> allowed_cpus() const;
  void run_on(const std::vector<int>& cpus) const;

  /// Puts untouched memory on a node, as far as the node has room. `data` is aligned to a page.
  /// Where the system refuses (containers often forbid mbind), touches the pages at once from a CPU
  /// of the node.
  void place_memory(int node, void* data, std::size_t bytes) const;

  /// For memory that every thread reads: pages touched later alternate between the nodes.
  void interleave(void* data, std::size_t bytes) const;

private:
  struct nodes;

  std::int32_t threads_;
  std::shared_ptr<const nodes> nodes_; // null: one
};

/// The nodes of this machine that the calling thread may use.
numa_topology nodes_of_machine();

/// "2 NUMA nodes, 8 + 8 threads"; "one NUMA node".
std::string describe(const numa_placement& placement);

} // namespace hadal::kernels
