#include "kernels/cpu/numa/numa_placement.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"

#include <atomic>
#include <cstring>
#include <utility>

namespace hadal::kernels {

namespace {

constexpr std::size_t page_bytes = 4096; // the smallest size of a page

} // namespace

struct numa_placement::nodes {
  numa_topology topology;
  std::vector<int> ids;
  std::vector<std::int32_t> first_threads; // [nodes + 1]
  std::shared_ptr<numa_system> system;
  mutable std::atomic<bool> refused_memory{false};
  mutable std::atomic<bool> refused_thread{false};

  /// Logs once that the system refuses `what`; the server runs on without it.
  static void say(std::atomic<bool>& said, const char* what, int failure) {
    if (failure != 0 && !said.exchange(true))
      log::warning("{}: {}", what, std::strerror(failure));
  }
};

numa_placement::numa_placement(std::int32_t threads, const numa_topology& topology,
                               std::shared_ptr<numa_system> system)
  : threads_(threads) {
  HADAL_ASSERT(threads >= 1 && topology.size() <= std::size_t{numa_nodes_max});
  if (topology.size() < 2)
    return;
  auto made = std::make_shared<nodes>();
  made->topology = topology;
  made->system = std::move(system);
  std::int64_t cpus = 0;
  for (const numa_node& node : topology)
    cpus += static_cast<std::int64_t>(node.cpus.size());
  std::int64_t before = 0;
  for (const numa_node& node : topology) {
    HADAL_ASSERT(!node.cpus.empty());
    made->ids.push_back(node.id);
    // Rounding to nearest, halves up, gives a single thread to the first node.
    made->first_threads.push_back(
        static_cast<std::int32_t>((2 * before * threads + cpus) / (2 * cpus)));
    before += static_cast<std::int64_t>(node.cpus.size());
  }
  made->first_threads.push_back(threads);
  nodes_ = std::move(made);
}

numa_placement numa_placement::of_machine(std::int32_t threads) {
  return {threads, nodes_of_machine(), operating_system()};
}

int numa_placement::node_count() const noexcept {
  return nodes_ == nullptr ? 1 : static_cast<int>(nodes_->topology.size());
}

std::int32_t numa_placement::first_thread(int node) const noexcept {
  if (nodes_ == nullptr)
    return node == 0 ? 0 : threads_;
  return nodes_->first_threads[static_cast<std::size_t>(node)];
}

int numa_placement::node_of_thread(std::int32_t thread) const noexcept {
  int node = 0;
  while (thread >= first_thread(node + 1))
    ++node;
  return node;
}

void numa_placement::place_thread(std::int32_t thread) const {
  HADAL_ASSERT(thread >= 0 && thread < threads_);
  if (nodes_ != nullptr)
    run_on(nodes_->topology[static_cast<std::size_t>(node_of_thread(thread))].cpus);
}

std::vector<int> numa_placement::allowed_cpus() const {
  return nodes_ == nullptr ? std::vector<int>{} : nodes_->system->allowed_cpus();
}

void numa_placement::run_on(const std::vector<int>& cpus) const {
  if (nodes_ != nullptr && !cpus.empty())
    nodes::say(nodes_->refused_thread, "threads cannot be kept on their NUMA nodes",
               nodes_->system->run_on(cpus));
}

void numa_placement::place_memory(int node, void* data, std::size_t bytes) const {
  if (nodes_ == nullptr || bytes == 0)
    return;
  const numa_node& to = nodes_->topology[static_cast<std::size_t>(node)];
  const int failure = nodes_->system->prefer(data, bytes, to.id);
  if (failure == 0)
    return;
  nodes::say(nodes_->refused_memory,
             "memory cannot be bound to NUMA nodes, so weights are touched there first and the KV "
             "cache lies where it is written",
             failure);
  const std::vector<int> before = allowed_cpus();
  run_on(to.cpus);
  auto* const pages = static_cast<volatile unsigned char*>(data);
  for (std::size_t at = 0; at < bytes; at += page_bytes)
    pages[at] = 0;
  run_on(before);
}

void numa_placement::interleave(void* data, std::size_t bytes) const {
  if (nodes_ == nullptr || bytes == 0)
    return;
  nodes::say(nodes_->refused_memory, "memory cannot be spread over NUMA nodes",
             nodes_->system->interleave(data, bytes, nodes_->ids));
}

numa_topology nodes_of_machine() {
  return read_topology(numa_folder, operating_system()->allowed_cpus());
}

std::string describe(const numa_placement& placement) {
  if (placement.node_count() == 1)
    return "one NUMA node";
  std::string threads;
  for (int node = 0; node < placement.node_count(); ++node)
    threads += (node == 0 ? "" : " + ") +
               std::to_string(placement.first_thread(node + 1) - placement.first_thread(node));
  return std::to_string(placement.node_count()) + " NUMA nodes, " + threads + " threads";
}

} // namespace hadal::kernels
