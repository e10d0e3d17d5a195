#pragma once
// Memory for packed weights: one arena per NUMA node, so that every panel, however small, is stored
// whole on the node of the threads that read it, and in huge pages. Binding ranges of one arena to
// nodes instead would cut small weights at page borders, break huge pages, and need more mappings
// than a process may have for tens of thousands of experts.

#include "base/result.hpp"
#include "kernels/core/host_memory.hpp"
#include "kernels/core/memory_arena.hpp"
#include "kernels/cpu/numa/numa_placement.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace hadal::kernels::simd {

class weight_memory {
public:
  explicit weight_memory(const numa_placement& placement) : placement_(placement) {
    if (placement.node_count() == 1)
      arenas_.emplace_back();
    else
      for (int node = 0; node < placement.node_count(); ++node)
        arenas_.emplace_back([placement, node](void* data, std::size_t bytes) {
          placement.place_memory(node, data, bytes);
        });
  }

  int node_count() const noexcept { return placement_.node_count(); }
  /// First of `units` units of a weight that `node` stores; the next node's begin at split(units,
  /// node + 1).
  std::int64_t split(std::int64_t units, int node) const noexcept {
    return placement_.split(units, node);
  }

  /// As memory_arena::reserve; several threads may call. Errors: out_of_memory (param = purpose).
  result<host_memory> reserve(int node, std::size_t bytes, const char* purpose) {
    return arenas_[static_cast<std::size_t>(node)].reserve(bytes, purpose);
  }

private:
  numa_placement placement_;
  std::deque<memory_arena> arenas_; // [nodes]
};

} // namespace hadal::kernels::simd
