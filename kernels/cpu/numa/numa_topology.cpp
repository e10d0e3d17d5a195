#include "kernels/cpu/numa/numa_topology.hpp"

#include "kernels/cpu/numa/cpu_list.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace hadal::kernels {

namespace {

std::optional<std::vector<int>> list_in(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::string line;
  if (!file.is_open() || (!std::getline(file, line) && !file.eof()))
    return std::nullopt;
  return parse_cpu_list(line);
}

/// Read from a line such as "Node 0 MemTotal:  32769472 kB"; 0 if there is none.
std::uint64_t memory_in(const std::filesystem::path& meminfo) {
  std::ifstream file{meminfo};
  for (std::string word; file >> word;) {
    std::uint64_t kib = 0;
    if (word == "MemTotal:" && file >> kib)
      return kib * 1024;
  }
  return 0;
}

} // namespace

numa_topology read_topology(const std::filesystem::path& root, std::span<const int> allowed_cpus) {
  const auto ids = list_in(root / "online");
  if (!ids)
    return {};
  numa_topology nodes;
  std::size_t found = 0; // allowed CPUs that a node has
  for (const int id : *ids) {
    const auto folder = root / ("node" + std::to_string(id));
    const auto cpus = list_in(folder / "cpulist");
    if (!cpus)
      return {};
    numa_node node{.id = id, .cpus = {}, .memory_bytes = memory_in(folder / "meminfo")};
    for (const int cpu : *cpus)
      if (std::find(allowed_cpus.begin(), allowed_cpus.end(), cpu) != allowed_cpus.end())
        node.cpus.push_back(cpu);
    if (node.cpus.empty() || node.memory_bytes == 0)
      continue;
    found += node.cpus.size();
    nodes.push_back(std::move(node));
  }
  if (found != allowed_cpus.size() || nodes.size() > std::size_t{numa_nodes_max})
    return {};
  return nodes;
}

} // namespace hadal::kernels
