#include "bench/step/machine_limits.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#if defined(__x86_64__)
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

HADAL_VECTOR_CLONES std::uint64_t sum_words(const std::uint64_t* words, std::size_t count) {
  constexpr std::size_t lanes = 32;
  constexpr std::size_t ahead = 256; // words: 2 KiB
  std::array<std::uint64_t, lanes> sums{};
  for (std::size_t i = 0; i + lanes <= count; i += lanes) {
    for (std::size_t line = 0; line < lanes; line += 8)
      __builtin_prefetch(words + i + ahead + line);
    for (std::size_t lane = 0; lane < lanes; ++lane)
      sums[lane] += words[i + lane];
  }
  return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

constexpr std::size_t chains = 12;
constexpr std::size_t width = 16;

HADAL_VECTOR_CLONES float multiply_add(std::int64_t rounds) {
  std::array<std::array<float, width>, chains> sums{};
  const float a = 0.999f;
  const float b = 0.001f;
  for (std::int64_t r = 0; r < rounds; ++r)
    for (auto& chain : sums)
      for (float& x : chain)
        x = x * a + b; // fused: CMakeLists.txt allows it for this file
  float sum = 0.0f;
  for (const auto& chain : sums)
    sum = std::accumulate(chain.begin(), chain.end(), sum);
  return sum;
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
  constexpr int rounds = 5;
  const double bytes = static_cast<double>(words * sizeof(std::uint64_t) * threads);
  for (int round = 0; round < rounds; ++round) {
    const double seconds =
        time_together(threads, [&](unsigned t) { sums[t] += sum_words(memory[t].get(), words); });
    limits.read_bytes_per_second = std::max(limits.read_bytes_per_second, bytes / seconds);
  }
  std::vector<float> results(threads);
  constexpr std::int64_t steps = 2'000'000;
  for (int round = 0; round < rounds; ++round) {
    const double seconds =
        time_together(threads, [&](unsigned t) { results[t] += multiply_add(steps); });
    const double flop = 2.0 * static_cast<double>(steps) * chains * width * threads;
    limits.flop_per_second = std::max(limits.flop_per_second, flop / seconds);
  }
  // The sums must be used, or there would be nothing to time.
  volatile std::uint64_t used = std::accumulate(sums.begin(), sums.end(), std::uint64_t{0}) +
                                static_cast<std::uint64_t>(results[0]);
  static_cast<void>(used);
  return limits;
}

} // namespace hadal::bench
