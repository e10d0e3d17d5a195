// thread_pool_bench [THREADS]: the cost of sharing a loop of tiles among threads, compared with two
// libraries. A decode step has about seventy loops of two to twenty tiles of a few microseconds,
// with a little serial work in between; each row of the table is one such mix. Prints microseconds
// per loop beyond the time that its tiles and serial work take on THREADS cores, as medians of
// alternating rounds.
#include "kernels/cpu/simd/thread_pool.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <latch>
#include <thread>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;

struct mix {
  std::int64_t tiles;
  double tile_us;
  double serial_us;
};

constexpr mix mixes[] = {{2, 1, 0}, {2, 3, 1}, {8, 1, 1}, {16, 2, 3}, {64, 2, 5}, {16, 2, 50}};
constexpr int loops = 2000;
constexpr int rounds = 9;

void work_for(double us) {
  const auto end =
      clock_type::now() + std::chrono::duration_cast<clock_type::duration>(microseconds(us));
  while (clock_type::now() < end) {
  }
}

/// Microseconds per loop of `m` when `parallel_for(tiles, body)` shares its tiles.
template <class ParallelFor>
double measure(const mix& m, ParallelFor&& parallel_for) {
  const auto begin = clock_type::now();
  for (int i = 0; i < loops; ++i) {
    work_for(m.serial_us);
    parallel_for(m.tiles, [&](std::int64_t) { work_for(m.tile_us); });
  }
  return microseconds(clock_type::now() - begin).count() / loops;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void run(const mix& m, int threads, hadal::kernels::simd::thread_pool& own,
         boost::asio::thread_pool& asio) {
  const auto ours = [&](std::int64_t tiles, const auto& body) {
    own.parallel_for(tiles, [&](std::int64_t tile, std::int32_t) { body(tile); });
  };
  const auto openmp = [&](std::int64_t tiles, const auto& body) {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (std::int64_t tile = 0; tile < tiles; ++tile)
      body(tile);
  };
  const auto openmp_static = [&](std::int64_t tiles, const auto& body) {
#pragma omp parallel for schedule(static) num_threads(threads)
    for (std::int64_t tile = 0; tile < tiles; ++tile)
      body(tile);
  };
  // One job per thread, which takes tiles until none is left; the caller works too.
  const auto posted = [&](std::int64_t tiles, const auto& body) {
    std::atomic<std::int64_t> next{0};
    std::latch done(threads - 1);
    const auto take = [&] {
      for (std::int64_t tile; (tile = next.fetch_add(1)) < tiles;)
        body(tile);
    };
    for (int i = 1; i < threads; ++i)
      boost::asio::post(asio, [&] {
        take();
        done.count_down();
      });
    take();
    done.wait();
  };
  std::vector<double> times[4];
  for (int round = 0; round < rounds; ++round) {
    times[0].push_back(measure(m, ours));
    times[1].push_back(measure(m, openmp));
    times[2].push_back(measure(m, openmp_static));
    times[3].push_back(measure(m, posted));
  }
  const std::int64_t tiles_each = (m.tiles + threads - 1) / threads;
  const double least = m.serial_us + static_cast<double>(tiles_each) * m.tile_us;
  fmt::print("{:5} x {:.0f} us, {:2.0f} us between  {:9.1f}", m.tiles, m.tile_us, m.serial_us,
             least);
  for (const auto& list : times)
    fmt::print("  {:12.2f}", median(list) - least);
  fmt::print("\n");
}

} // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::max(2, std::atoi(argv[1]))
                               : static_cast<int>(std::thread::hardware_concurrency());
  hadal::kernels::simd::thread_pool own(threads);
  boost::asio::thread_pool asio(static_cast<std::size_t>(threads - 1));
  fmt::print("{} threads; microseconds a loop: at least, and over it\n\n", threads);
  fmt::print("{:28}  {:>9}  {:>12}  {:>12}  {:>12}  {:>12}\n", "tiles", "at least", "own pool",
             "OpenMP", "OpenMP static", "Boost.Asio");
  for (const mix& m : mixes)
    run(m, threads, own, asio);
  asio.join();
}
