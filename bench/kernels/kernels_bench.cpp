// kernels_bench [threads [isa [memory]]]: every case of op_cases.hpp in bfloat16, compared with the
// scalar oracle, then timed for a fifth of a second: the best and the median call, with the
// machine's limits measured in the same run. isa: avx2, avx512, avx512-bf16, amx-bf16 or best.
// Exits with 1 if a result differs from the oracle's. `memory`: only products whose weights exceed
// every cache, alternating with plain reads of memory.

#include "bench/kernels/memory_bound.hpp"
#include "bench/kernels/op_cases.hpp"
#include "bench/step/machine_limits.hpp"
#include "bench/step/step_bench.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace {

using namespace hadal;
using clock_type = std::chrono::steady_clock;

/// Intermediate values that are quantised or rounded may differ from the oracle's by one step.
constexpr double distance_max = 1e-2;

/// Relative L2 distance of all outputs.
double distance(const std::vector<float>& want, const std::vector<float>& got) {
  double difference = 0.0;
  double norm = 0.0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double d = static_cast<double>(got[i]) - static_cast<double>(want[i]);
    difference += d * d;
    norm += static_cast<double>(want[i]) * static_cast<double>(want[i]);
  }
  return std::sqrt(difference / norm);
}

std::vector<double> call_seconds(const std::function<void()>& run) {
  std::vector<double> seconds;
  const auto end = clock_type::now() + std::chrono::milliseconds(200);
  while (seconds.size() < 5 || clock_type::now() < end) {
    const auto begin = clock_type::now();
    run();
    seconds.push_back(std::chrono::duration<double>(clock_type::now() - begin).count());
  }
  return seconds;
}

bool report(const bench::op_case& op, kernels::backend& oracle, kernels::backend& simd,
            const bench::machine_limits& limits) {
  const bench::prepared_op want = op.prepare(oracle);
  const bench::prepared_op got = op.prepare(simd);
  want.run();
  got.run();
  const double far = distance(want.out(), got.out());
  const bool good = far <= distance_max; // false for NaN
  const std::vector<double> seconds = call_seconds(got.run);
  const double best = *std::min_element(seconds.begin(), seconds.end());
  const double least =
      std::max(op.bytes / limits.read_bytes_per_second, op.flop / limits.flop_per_second);
  fmt::print("{:46} {:10.1f} {:10.1f} {:8.1f} {:8.1f} {:6.0f} %  {:.1e}{}\n", op.name, best * 1e6,
             bench::median(seconds) * 1e6, op.bytes / best / 1e9, op.flop / best / 1e9,
             100.0 * least / best, far, good ? "" : "  WRONG");
  return good;
}

kernels::cpu_options options_of(int threads, std::string_view isa) {
  kernels::cpu_options options;
  options.threads = threads;
  for (const kernels::simd_isa usable : kernels::usable_simd())
    if (kernels::to_string(usable) == isa)
      options.isa = usable;
  return options;
}

int run_memory(int threads, std::string_view isa) {
  auto simd = kernels::make_simd_backend({}, options_of(threads, isa));
  bench::memory_bound_plan plan;
  plan.threads = threads;
  if (simd && (*simd)->reserve(bench::memory_bound_limits()) &&
      bench::run_memory_bound(**simd, plan))
    return 0;
  fmt::print(stderr, "kernels_bench: no such backend on this machine, or too little memory\n");
  return 1;
}

int run(int threads, std::string_view isa) {
  auto oracle = kernels::make_scalar_backend({});
  auto simd = kernels::make_simd_backend({}, options_of(threads, isa));
  if (!oracle || !simd || !(*oracle)->reserve(bench::op_limits()) ||
      !(*simd)->reserve(bench::op_limits())) {
    fmt::print(stderr, "kernels_bench: no such backend on this machine, or too little memory\n");
    return 1;
  }
  const auto measured =
      bench::measure_machine(kernels::numa_placement::of_machine(threads), 512LL << 20);
  if (!measured) {
    fmt::print(stderr, "kernels_bench: {}\n", measured.error().message);
    return 1;
  }
  const bench::machine_limits& limits = *measured;
  fmt::print("{} in bfloat16, {} threads; the machine reads {:.1f} GB/s and does {:.0f} GFLOP/s\n\n"
             "{:46} {:>10} {:>10} {:>8} {:>8} {:>8}  distance\n",
             (*simd)->name(), threads, limits.read_bytes_per_second / 1e9,
             limits.flop_per_second / 1e9, "", "best us", "median us", "GB/s", "GFLOP/s", "limit");
  bool good = true;
  for (const bench::op_case& op : bench::all_op_cases())
    good = report(op, **oracle, **simd, limits) && good;
  return good ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1
                          ? std::atoi(argv[1])
                          : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (threads < 1) {
    fmt::print(stderr, "kernels_bench [threads [isa [memory]]]\n");
    return 2;
  }
  const std::string_view isa = argc > 2 ? argv[2] : "best";
  return argc > 3 && std::string_view(argv[3]) == "memory" ? run_memory(threads, isa)
                                                           : run(threads, isa);
}
