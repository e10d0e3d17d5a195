#pragma once
// A system of several nodes that does nothing but write down what it is asked, and topologies for
// it. `real_nodes` are for the true system: all of them are node 0.

#include "kernels/cpu/numa/numa_placement.hpp"

#include <cerrno>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace hadal::kernels::testing {

class watched_numa_system final : public numa_system {
public:
  struct range {
    std::uintptr_t begin;
    std::size_t bytes;
    std::vector<int> nodes; // one: preferred, several: in turn
  };

  /// `refuses_memory`: orders about memory fail, as in most containers.
  explicit watched_numa_system(std::vector<int> cpus, bool refuses_memory = false)
    : cpus_(std::move(cpus)), refuses_memory_(refuses_memory) {}

  std::vector<int> allowed_cpus() const override {
    const std::lock_guard lock(mutex_);
    const auto found = threads_.find(std::this_thread::get_id());
    return found == threads_.end() ? cpus_ : found->second.back();
  }
  int run_on(std::span<const int> cpus) override {
    const std::lock_guard lock(mutex_);
    threads_[std::this_thread::get_id()].emplace_back(cpus.begin(), cpus.end());
    return 0;
  }
  int prefer(void* data, std::size_t bytes, int node) override {
    return note({reinterpret_cast<std::uintptr_t>(data), bytes, {node}});
  }
  int interleave(void* data, std::size_t bytes, std::span<const int> nodes) override {
    return note({reinterpret_cast<std::uintptr_t>(data), bytes, {nodes.begin(), nodes.end()}});
  }

  /// Where each thread was told to run, in order; a thread that was told nothing is not there.
  std::map<std::thread::id, std::vector<std::vector<int>>> threads() const {
    const std::lock_guard lock(mutex_);
    return threads_;
  }
  std::vector<range> ranges() const {
    const std::lock_guard lock(mutex_);
    return ranges_;
  }
  /// The nodes of the byte at `data`; none where nothing was said of it.
  std::vector<int> nodes_of(const void* data) const {
    const auto at = reinterpret_cast<std::uintptr_t>(data);
    for (const range& r : ranges())
      if (at >= r.begin && at - r.begin < r.bytes)
        return r.nodes;
    return {};
  }

private:
  int note(range r) {
    if (refuses_memory_)
      return EPERM;
    const std::lock_guard lock(mutex_);
    ranges_.push_back(std::move(r));
    return 0;
  }

  std::vector<int> cpus_;
  bool refuses_memory_;
  mutable std::mutex mutex_;
  std::map<std::thread::id, std::vector<std::vector<int>>> threads_;
  std::vector<range> ranges_;
};

/// Nodes 0, 1, ... of `cpus_each` CPUs.
inline numa_topology even_nodes(int nodes, int cpus_each) {
  numa_topology topology;
  for (int id = 0; id < nodes; ++id) {
    numa_node node{.id = id, .cpus = {}, .memory_bytes = std::uint64_t{64} << 30};
    for (int cpu = 0; cpu < cpus_each; ++cpu)
      node.cpus.push_back(id * cpus_each + cpu);
    topology.push_back(std::move(node));
  }
  return topology;
}

/// `nodes` times node 0, each with all CPUs of this thread: what a machine without nodes can be
/// told and will do.
inline numa_topology real_nodes(int nodes) {
  return numa_topology(static_cast<std::size_t>(nodes), {.id = 0,
                                                         .cpus = operating_system()->allowed_cpus(),
                                                         .memory_bytes = std::uint64_t{1} << 30});
}

} // namespace hadal::kernels::testing
