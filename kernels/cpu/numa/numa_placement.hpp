#pragma once
// Which worker threads belong to which NUMA node, and the same division of whatever they share out:
// a weight of which node n holds the panels [split(panels, n), split(panels, n + 1)) is read by the
// threads [first_thread(n), first_thread(n + 1)), which run on the CPUs of that node and nowhere
// else. With fewer than two nodes nothing is placed and no call reaches the system.
//
// Copies are the same placement. Any thread may call.

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
  /// than nodes some nodes have none, and hold no weights.
  numa_placement(std::int32_t threads, const numa_topology& topology,
                 std::shared_ptr<numa_system> system);

  /// What the machine under this process has, asked from the calling thread.
  static numa_placement of_machine(std::int32_t threads);

  std::int32_t thread_count() const noexcept { return threads_; }
  int node_count() const noexcept; // at least 1
  std::int32_t first_thread(int node) const noexcept;
  int node_of_thread(std::int32_t thread) const noexcept;

  /// Of `units` in a row those from here to split(units, node + 1) belong to a node.
  std::int64_t split(std::int64_t units, int node) const noexcept {
    return units * first_thread(node) / threads_;
  }

  /// The calling thread becomes `thread`: it runs on its node from now on.
  void place_thread(std::int32_t thread) const;

  /// CPUs that the calling thread may run on, and its way back to them after place_thread.
  std::vector<int> allowed_cpus() const;
  void run_on(const std::vector<int>& cpus) const;

  /// Memory that nobody has touched will lie on a node as far as that has room. `data` is aligned
  /// to a page. Where the system takes no such orders (containers often forbid them), the pages are
  /// touched here and now from a CPU of the node.
  void place_memory(int node, void* data, std::size_t bytes) const;

  /// For memory that every thread reads: its pages lie on all nodes in turn, once they are touched.
  void interleave(void* data, std::size_t bytes) const;

private:
  struct nodes;

  std::int32_t threads_;
  std::shared_ptr<const nodes> nodes_; // null: one
};

/// The nodes of the machine under this process that the calling thread may use.
numa_topology nodes_of_machine();

/// "2 NUMA nodes, 8 + 8 threads"; "one NUMA node".
std::string describe(const numa_placement& placement);

} // namespace hadal::kernels
