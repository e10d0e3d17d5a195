#include "kernels/cpu/simd/thread_pool.hpp"

#include "tests/support/catch.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using hadal::kernels::simd::thread_pool;

TEST_CASE("every tile runs exactly once, whatever the number of threads") {
  const int threads = GENERATE(1, 2, 3, 8);
  thread_pool pool(threads);
  REQUIRE(pool.thread_count() == threads);
  for (const int count : {0, 1, 2, 7, 64, 1000}) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
    pool.parallel_for(count, [&](std::int64_t tile, std::int32_t worker) {
      if (worker >= 0 && worker < threads)
        runs[static_cast<std::size_t>(tile)].fetch_add(1);
    });
    for (const auto& n : runs)
      REQUIRE(n.load() == 1);
  }
}

TEST_CASE("a loop sees what the loop before it wrote") {
  thread_pool pool(3);
  std::vector<int> values(97, 0); // plain ints: a missed handover is a race or a wrong sum
  for (int round = 1; round <= 2000; ++round) {
    pool.parallel_for(
        97, [&](std::int64_t tile, std::int32_t) { values[static_cast<std::size_t>(tile)] += 1; });
    const auto odd = static_cast<std::size_t>(round % 97);
    REQUIRE(values[odd] == round);
  }
}

TEST_CASE("no two tiles of one worker overlap") {
  thread_pool pool(4);
  std::vector<std::atomic<int>> inside(4);
  std::atomic<bool> overlapped{false};
  pool.parallel_for(500, [&](std::int64_t, std::int32_t worker) {
    if (inside[static_cast<std::size_t>(worker)].fetch_add(1) != 0)
      overlapped = true;
    inside[static_cast<std::size_t>(worker)].fetch_sub(1);
  });
  REQUIRE_FALSE(overlapped.load());
}

TEST_CASE("workers that went to sleep come back for the next loop") {
  thread_pool pool(2);
  std::atomic<int> tiles{0};
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::atomic<bool> other_came{false};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    pool.parallel_for(2, [&](std::int64_t, std::int32_t worker) {
      tiles.fetch_add(1);
      other_came = other_came || worker == 1;
      while (!other_came && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    });
    REQUIRE(other_came.load());
  }
  REQUIRE(tiles.load() == 6);
}
