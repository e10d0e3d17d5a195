#pragma once
// Persistent threads that share loops of independent tiles. The caller is one of the workers; a
// loop returns when its last tile is done. Each worker starts with a range of tiles of its own and
// then takes tiles that others have not begun. Any thread may run any tile, so a tile must compute
// its outputs alone; results then do not depend on the number of threads.
//
// On a machine with several NUMA nodes every thread stays on the CPUs of its node (the caller from
// its first loop on) and takes tiles from threads of its node before it takes them from other
// nodes. A loop over memory that is placed on nodes says which tiles belong to which node.
//
// Idle workers spin for a few microseconds between the loops of one step, then sleep. No call here
// allocates. One thread at a time may call parallel_for; a tile must not call it.

#include "kernels/cpu/numa/numa_placement.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

namespace hadal::kernels::simd {

class thread_pool {
public:
  /// Starts `thread_count - 1` threads beside the caller. `thread_count` >= 1.
  explicit thread_pool(std::int32_t thread_count) : thread_pool(numa_placement(thread_count)) {}
  /// The threads, and their nodes, of `placement`.
  explicit thread_pool(const numa_placement& placement);
  /// Restores the CPUs of the placed caller if that thread destroys the pool.
  ~thread_pool();
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  std::int32_t thread_count() const noexcept { return thread_count_; }
  int node_count() const noexcept { return placement_.node_count(); }

  /// The first tile of each node in a loop; the entry after the last node is the number of all
  /// tiles. A node without threads has no tiles.
  using node_tiles = std::array<std::int64_t, numa_nodes_max + 1>;

  /// Calls `body(tile, worker)` once for every tile in [0, tile_count); worker is in
  /// [0, thread_count) and no two calls with the same worker overlap.
  template <class Body>
  void parallel_for(std::int64_t tile_count, Body&& body) {
    node_tiles begins;
    for (int node = 0; node <= node_count(); ++node)
      begins[static_cast<std::size_t>(node)] = placement_.split(tile_count, node);
    parallel_for(begins, body);
  }

  /// The same for tiles that belong to nodes.
  template <class Body>
  void parallel_for(const node_tiles& begins, Body&& body) {
    using body_type = std::remove_reference_t<Body>;
    run(begins, const_cast<void*>(static_cast<const void*>(&body)),
        [](void* context, std::int64_t tile, std::int32_t worker) {
          (*static_cast<body_type*>(context))(tile, worker);
        });
  }

private:
  using tile_function = void (*)(void* context, std::int64_t tile, std::int32_t worker);

  void run(const node_tiles& begins, void* context, tile_function function);
  void place_caller();
  void worker_loop(std::int32_t worker);
  /// Tiles [next, end) that no worker has begun, on a cache line of its own to avoid false sharing.
  struct alignas(64) tile_range {
    std::atomic<std::int64_t> next{0};
    std::int64_t end = 0;
    std::int32_t node_begin = 0; // workers [node_begin, node_end) are on its node
    std::int32_t node_end = 0;
  };

  void share_out(int node, std::int64_t begin, std::int64_t end);
  std::int32_t victim(std::int32_t worker, std::int32_t distance) const noexcept;
  void work(std::int32_t worker);
  bool join(std::uint32_t& last_loop);

  numa_placement placement_;
  std::int32_t thread_count_;
  std::vector<std::thread> threads_;

  // With several nodes: the placed caller, and the CPUs it was allowed before.
  std::thread::id placed_caller_;
  std::vector<int> caller_cpus_;

  // The open loop: the caller writes it while no worker is inside; workers inside read it.
  void* context_ = nullptr;
  tile_function function_ = nullptr;
  std::vector<tile_range> ranges_; // one per worker

  // One word: number of workers inside, whether more may enter, and the loop's number. The loop
  // does not wait for a worker that wakes too late: that worker finds it closed.
  alignas(64) std::atomic<std::uint32_t> state_{0};
  alignas(64) std::atomic<bool> stopping_{false};
};

} // namespace hadal::kernels::simd
