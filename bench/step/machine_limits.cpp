#include "bench/step/machine_limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

// Clang reads the file for its checks only, and takes no clones beside noinline.
#if defined(__x86_64__) && !defined(__clang__)
#define HADAL_VECTOR_CLONES                                                                        \
  __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512"), noinline))
#else
#define HADAL_VECTOR_CLONES __attribute__((noinline))
#endif

namespace hadal::bench {

namespace {

using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point begin) {
  return std::chrono::duration<double>(clock::now() - begin).count();
}

// Plain vectors and arrays: members of std::array would stay calls here, for they are compiled for
// another processor than the clones.

HADAL_VECTOR_CLONES std::uint64_t sum_words(const std::uint64_t* words, std::size_t count) {
  using lanes [[gnu::vector_size(64)]] = std::uint64_t;
  constexpr std::size_t lane_count = 8; // a cache line
  constexpr std::size_t lines = 4;
  constexpr std::size_t ahead = 256; // words: 2 KiB
  lanes sums[lines] = {};
  for (std::size_t i = 0; i + lines * lane_count <= count; i += lines * lane_count)
#pragma GCC unroll 4
    for (std::size_t line = 0; line < lines; ++line) {
      const std::uint64_t* from = words + i + line * lane_count;
      __builtin_prefetch(from + ahead);
      lanes values;
      __builtin_memcpy(&values, from, sizeof(values));
      sums[line] += values;
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

/// Two operations a round for every lane of every chain.
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

// A processor is at its best with sums as wide as its registers: AVX2 with 8, AVX-512 with 16.
HADAL_VECTOR_CLONES float multiply_add_8(std::int64_t rounds) {
  return multiply_add<floats_8>(rounds);
}
HADAL_VECTOR_CLONES float multiply_add_16(std::int64_t rounds) {
  return multiply_add<floats_16>(rounds);
}

/// Seconds that the slowest of `threads` threads needs for `work(thread)`.
double time_together(unsigned threads, const std::function<void(unsigned)>& work) {
  const auto begin = clock::now();
  std::vector<std::thread> running;
  for (unsigned t = 1; t < threads; ++t)
    running.emplace_back(work, t);
  work(0);
  for (auto& thread : running)
    thread.join();
  return seconds_since(begin);
}

} // namespace

machine_limits measure_machine(unsigned threads, std::int64_t read_bytes) {
  machine_limits limits;
  const std::size_t words = static_cast<std::size_t>(read_bytes) / sizeof(std::uint64_t) / threads;
  std::vector<std::unique_ptr<std::uint64_t[]>> memory(threads);
  std::vector<std::uint64_t> sums(threads);
  time_together(threads, [&](unsigned t) {
    memory[t] = std::make_unique_for_overwrite<std::uint64_t[]>(words);
    std::memset(memory[t].get(), 1, words * sizeof(std::uint64_t));
  });
  // Many short rounds: on a machine with other things to do some of them find it alone.
  constexpr int read_rounds = 10;
  constexpr int flop_rounds = 40;
  const double bytes = static_cast<double>(words * sizeof(std::uint64_t) * threads);
  for (int round = 0; round < read_rounds; ++round) {
    const double seconds =
        time_together(threads, [&](unsigned t) { sums[t] += sum_words(memory[t].get(), words); });
    limits.read_bytes_per_second = std::max(limits.read_bytes_per_second, bytes / seconds);
  }
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
  // The sums must be used, or there would be nothing to time.
  volatile std::uint64_t used = std::accumulate(sums.begin(), sums.end(), std::uint64_t{0}) +
                                static_cast<std::uint64_t>(results[0]);
  static_cast<void>(used);
  return limits;
}

} // namespace hadal::bench
