#include "actors/server/numa_report.hpp"

#include "actors/server/memory_plan.hpp"
#include "kernels/cpu/numa/numa_placement.hpp"

#include <fmt/core.h>

#include <string_view>

namespace hadal::server {

namespace {

std::string_view plural(std::size_t count) noexcept {
  return count == 1 ? "" : "s";
}

std::string_view consequence(numa_use use) noexcept {
  switch (use) {
  case numa_use::placed: return "each thread reads the weights of its own node";
  case numa_use::switched_off: return "nothing is placed, as asked";
  case numa_use::no_use: break;
  }
  return "nothing is placed: there is one thread that computes, or none";
}

} // namespace

std::string numa_report(const kernels::numa_topology& nodes, std::uint32_t threads, numa_use use) {
  if (nodes.size() < 2)
    return "one node: nothing to place";
  const kernels::numa_placement placement(static_cast<std::int32_t>(threads), nodes,
                                          kernels::operating_system());
  std::string text = fmt::format("{} nodes: ", nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& node = nodes[i];
    text += fmt::format("node {} with {} CPU{}, {}", node.id, node.cpus.size(),
                        plural(node.cpus.size()), bytes_text(node.memory_bytes));
    const int n = static_cast<int>(i);
    const auto own =
        static_cast<std::size_t>(placement.first_thread(n + 1) - placement.first_thread(n));
    if (use == numa_use::placed)
      text += fmt::format(", {} thread{}", own, plural(own));
    text += "; ";
  }
  return text + std::string(consequence(use));
}

} // namespace hadal::server
