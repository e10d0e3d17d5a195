#include "bench/step/machine_limits.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

// Clang reads this file only for clang-tidy, and rejects target_clones with noinline. Under
// ThreadSanitizer the loader would choose a clone before the sanitizer is initialised.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define HADAL_VECTOR_CLONES                                                                        \
  __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512"), noinline))
#else
#define HADAL_VECTOR_CLONES __attribute__((noinline))
#endif

namespace hadal::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t piece_bytes = std::size_t{1} << 20; // taken by a thread at a time

double seconds_since(clock::time_point begin) {
  return std::chrono::duration<double>(clock::now() - begin).count();
}

// Plain vectors and arrays: members of std::array are compiled for another target than the clones,
// so they could not be inlined.

/// Four address streams at once: one alone does not saturate the prefetchers, and many more than
/// four would exceed them.
HADAL_VECTOR_CLONES std::uint64_t sum_words(const std::uint64_t* words, std::size_t count) {
  using lanes [[gnu::vector_size(64)]] = std::uint64_t;
  constexpr std::size_t lane_count = 8; // a cache line
  constexpr std::size_t runs = 4;
  constexpr std::size_t ahead = 64; // words: 512 bytes
  const std::size_t run = count / runs;
  lanes sums[runs] = {};
  for (std::size_t i = 0; i + lane_count <= run; i += lane_count)
#pragma GCC unroll 4
    for (std::size_t r = 0; r < runs; ++r) {
      const std::uint64_t* from = words + r * run + i;
      __builtin_prefetch(from + ahead);
      lanes values;
      __builtin_memcpy(&values, from, sizeof(values));
      sums[r] += values;
    }
  std::uint64_t total = 0;
  for (const lanes& sum : sums)
    for (std::size_t lane = 0; lane < lane_count; ++lane)
      total += sum[lane];
  return total;
}

constexpr std::size_t chains = 10; // hides the latency, and all sums stay in registers

using floats_8 [[gnu::vector_size(32)]] = float;
using floats_16 [[gnu::vector_size(64)]] = float;

/// Two operations per round for every lane of every chain.
template <class Lanes>
[[gnu::always_inline]] inline float multiply_add(std::int64_t rounds) {
  Lanes sums[chains] = {};
  const Lanes a = Lanes{} + 0.999f;
  const Lanes b = Lanes{} + 0.001f;
  for (std::int64_t r = 0; r < rounds; ++r)
#pragma GCC unroll 16
    for (Lanes& sum : sums)
      sum = sum * a + b; // fused: CMakeLists.txt allows it for this file
  float total = 0.0f;
  for (const Lanes& sum : sums)
    for (std::size_t lane = 0; lane < sizeof(Lanes) / sizeof(float); ++lane)
      total += sum[lane];
  return total;
}

// A processor is fastest with sums as wide as its registers: 8 lanes for AVX2, 16 for AVX-512.
HADAL_VECTOR_CLONES float multiply_add_8(std::int64_t rounds) {
  return multiply_add<floats_8>(rounds);
}
HADAL_VECTOR_CLONES float multiply_add_16(std::int64_t rounds) {
  return multiply_add<floats_16>(rounds);
}

/// Seconds that the slowest of `threads` threads needs for `work(thread)`. The caller is not one of
/// them: it keeps its CPUs.
double time_together(unsigned threads, const std::function<void(unsigned)>& work) {
  const auto begin = clock::now();
  std::vector<std::thread> running;
  for (unsigned t = 0; t < threads; ++t)
    running.emplace_back(work, t);
  for (auto& thread : running)
    thread.join();
  return seconds_since(begin);
}

} // namespace

result<memory_reader> memory_reader::make(const kernels::numa_placement& placement,
                                          std::int64_t bytes) {
  memory_reader reader(placement);
  reader.pieces_ = static_cast<std::size_t>(bytes) / piece_bytes;
  const auto pieces = static_cast<std::int64_t>(reader.pieces_);
  HADAL_TRY_ASSIGN(memory, kernels::memory_arena().reserve(reader.pieces_ * piece_bytes, "reads"));
  reader.memory_ = std::move(memory);
  for (int node = 0; node < placement.node_count(); ++node) {
    const auto begin = static_cast<std::size_t>(placement.split(pieces, node));
    const auto end = static_cast<std::size_t>(placement.split(pieces, node + 1));
    placement.place_memory(node, reader.memory_.as<unsigned char>() + begin * piece_bytes,
                           (end - begin) * piece_bytes);
  }
  std::memset(reader.memory_.data(), 1, reader.pieces_ * piece_bytes);
  return reader;
}

double memory_reader::bytes() const noexcept {
  return static_cast<double>(pieces_ * piece_bytes);
}

std::uint64_t memory_reader::read(std::size_t piece) const noexcept {
  constexpr std::size_t words = piece_bytes / sizeof(std::uint64_t);
  return sum_words(memory_.as<std::uint64_t>() + piece * words, words);
}

double memory_reader::bytes_per_second() {
  const int nodes = placement_.node_count();
  const auto pieces = static_cast<std::int64_t>(pieces_);
  std::vector<std::atomic<std::int64_t>> next(static_cast<std::size_t>(nodes));
  for (int node = 0; node < nodes; ++node)
    next[static_cast<std::size_t>(node)] = placement_.split(pieces, node);
  std::atomic<std::uint64_t> total{0};
  const auto threads = static_cast<unsigned>(placement_.thread_count());
  const double seconds = time_together(threads, [&](unsigned thread) {
    const auto self = static_cast<std::int32_t>(thread);
    placement_.place_thread(self);
    std::uint64_t sum = 0;
    for (int i = 0; i < nodes; ++i) {
      const int node = (placement_.node_of_thread(self) + i) % nodes;
      std::atomic<std::int64_t>& piece_of_node = next[static_cast<std::size_t>(node)];
      const std::int64_t end = placement_.split(pieces, node + 1);
      for (std::int64_t piece = piece_of_node++; piece < end; piece = piece_of_node++)
        sum += read(static_cast<std::size_t>(piece));
    }
    total += sum;
  });
  return bytes() / seconds;
}

result<machine_limits> measure_machine(const kernels::numa_placement& placement,
                                       std::int64_t read_bytes) {
  machine_limits limits;
  const auto threads = static_cast<unsigned>(placement.thread_count());
  HADAL_TRY_ASSIGN(reader, memory_reader::make(placement, read_bytes));
  // Many short rounds, so that on a busy machine some of them run undisturbed.
  constexpr int read_rounds = 10;
  constexpr int flop_rounds = 40;
  for (int round = 0; round < read_rounds; ++round)
    limits.read_bytes_per_second =
        std::max(limits.read_bytes_per_second, reader.bytes_per_second());
  std::vector<float> results(threads);
  constexpr std::int64_t steps = 1'000'000;
  for (int round = 0; round < flop_rounds; ++round)
    for (const std::size_t width : {8u, 16u}) {
      const double seconds = time_together(threads, [&](unsigned t) {
        results[t] += width == 8 ? multiply_add_8(steps) : multiply_add_16(steps);
      });
      const double flop = 2.0 * static_cast<double>(steps * chains * width * threads);
      limits.flop_per_second = std::max(limits.flop_per_second, flop / seconds);
    }
  volatile float used = results[0]; // keeps the compiler from removing the loop
  static_cast<void>(used);
  return limits;
}

} // namespace hadal::bench
