#include "kernels/cpu/simd/thread_pool.hpp"

#include "base/assert.hpp"

namespace hadal::kernels::simd {

namespace {

// About ten microseconds: longer than the gap between most loops of a step. A larger count saves a
// few wake-ups on an idle machine, but costs a third of the speed on a busy one.
constexpr int spin_count_max = 400;

// Layout of thread_pool::state_.
constexpr std::uint32_t inside_mask = 0x3FF; // workers that are in the loop
constexpr std::uint32_t open_bit = 0x400;
constexpr std::uint32_t loop_unit = 0x800; // the loop's number is in the bits above

void pause_cpu() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

} // namespace

thread_pool::thread_pool(const numa_placement& placement)
  : placement_(placement), thread_count_(placement.thread_count()),
    ranges_(static_cast<std::size_t>(placement.thread_count())) {
  HADAL_ASSERT(thread_count_ >= 1 && thread_count_ <= static_cast<std::int32_t>(inside_mask));
  for (std::int32_t worker = 0; worker < thread_count_; ++worker) {
    tile_range& own = ranges_[static_cast<std::size_t>(worker)];
    const int node = placement_.node_of_thread(worker);
    own.node_begin = placement_.first_thread(node);
    own.node_end = placement_.first_thread(node + 1);
  }
  threads_.reserve(static_cast<std::size_t>(thread_count_ - 1));
  for (std::int32_t worker = 1; worker < thread_count_; ++worker)
    threads_.emplace_back([this, worker] { worker_loop(worker); });
}

thread_pool::~thread_pool() {
  stopping_.store(true, std::memory_order_relaxed);
  state_.fetch_add(loop_unit, std::memory_order_release);
  state_.notify_all();
  for (auto& thread : threads_)
    thread.join();
  if (placed_caller_ == std::this_thread::get_id())
    placement_.run_on(caller_cpus_);
}

/// Not done by the constructor: the thread that makes the pool then starts threads to load weights,
/// which would inherit its CPUs.
void thread_pool::place_caller() {
  if (placed_caller_ == std::this_thread::get_id())
    return;
  placed_caller_ = std::this_thread::get_id();
  caller_cpus_ = placement_.allowed_cpus();
  placement_.place_thread(0);
}

void thread_pool::run(const node_tiles& begins, void* context, tile_function function) {
  const int nodes = node_count();
  const std::int64_t tile_count = begins[static_cast<std::size_t>(nodes)];
  if (nodes > 1)
    place_caller();
  if (thread_count_ == 1 || tile_count <= 1) {
    for (std::int64_t tile = 0; tile < tile_count; ++tile)
      function(context, tile, 0);
    return;
  }
  context_ = context;
  function_ = function;
  for (int node = 0; node < nodes; ++node)
    share_out(node, begins[static_cast<std::size_t>(node)],
              begins[static_cast<std::size_t>(node) + 1]);
  const std::uint32_t before = state_.load(std::memory_order_relaxed);
  HADAL_ASSERT((before & (inside_mask | open_bit)) == 0);
  state_.store((before + loop_unit) | open_bit, std::memory_order_release);
  state_.notify_all();
  work(0);
  std::uint32_t state = state_.fetch_and(~open_bit, std::memory_order_acq_rel) & ~open_bit;
  for (int spins = 0; (state & inside_mask) != 0; ++spins) {
    if (spins < spin_count_max)
      pause_cpu();
    else
      state_.wait(state, std::memory_order_acquire);
    state = state_.load(std::memory_order_acquire);
  }
}

/// Divides tiles [begin, end) among the workers of a node.
void thread_pool::share_out(int node, std::int64_t begin, std::int64_t end) {
  const std::int32_t first = placement_.first_thread(node);
  const std::int64_t workers = placement_.first_thread(node + 1) - first;
  HADAL_ASSERT(begin <= end && (begin == end || workers > 0));
  for (std::int64_t i = 0; i < workers; ++i) {
    tile_range& own = ranges_[static_cast<std::size_t>(first + i)];
    own.next.store(begin + i * (end - begin) / workers, std::memory_order_relaxed);
    own.end = begin + (i + 1) * (end - begin) / workers;
  }
}

/// The worker that `worker` takes tiles from at `distance`: first those of its own node, in a
/// circle, then the others.
std::int32_t thread_pool::victim(std::int32_t worker, std::int32_t distance) const noexcept {
  const tile_range& own = ranges_[static_cast<std::size_t>(worker)];
  const std::int32_t near = own.node_end - own.node_begin;
  if (distance < near)
    return own.node_begin + (worker - own.node_begin + distance) % near;
  return (own.node_end + distance - near) % thread_count_;
}

void thread_pool::work(std::int32_t worker) {
  for (std::int32_t i = 0; i < thread_count_; ++i) {
    tile_range& from = ranges_[static_cast<std::size_t>(victim(worker, i))];
    // Load before fetch_add: an RMW would steal the cache line from the worker that owns it.
    while (from.next.load(std::memory_order_relaxed) < from.end) {
      const std::int64_t tile = from.next.fetch_add(1, std::memory_order_relaxed);
      if (tile < from.end)
        function_(context_, tile, worker);
    }
  }
}

/// Waits for a loop newer than `last_loop` and enters it. False: the pool is stopping.
bool thread_pool::join(std::uint32_t& last_loop) {
  std::uint32_t state = state_.load(std::memory_order_acquire);
  for (int spins = 0;; state = state_.load(std::memory_order_acquire)) {
    if (stopping_.load(std::memory_order_relaxed))
      return false;
    if ((state & open_bit) != 0 && state / loop_unit != last_loop) {
      if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) {
        last_loop = state / loop_unit;
        return true;
      }
    } else if (++spins < spin_count_max) {
      pause_cpu();
    } else {
      state_.wait(state, std::memory_order_acquire);
    }
  }
}

void thread_pool::worker_loop(std::int32_t worker) {
  placement_.place_thread(worker);
  std::uint32_t last_loop = 0;
  while (join(last_loop)) {
    work(worker);
    const std::uint32_t left = state_.fetch_sub(1, std::memory_order_acq_rel) - 1;
    if ((left & (inside_mask | open_bit)) == 0)
      state_.notify_all(); // the caller may sleep until the last worker has left
  }
}

} // namespace hadal::kernels::simd
