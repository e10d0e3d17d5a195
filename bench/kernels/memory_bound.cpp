#include "bench/kernels/memory_bound.hpp"

#include "bench/step/machine_limits.hpp"
#include "bench/step/step_bench.hpp"
#include "kernels/core/float_formats.hpp"
#include "kernels/cpu/simd/thread_pool.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace hadal::bench {

namespace {

using namespace kernels;

constexpr std::int64_t hidden = 2048;
constexpr std::int64_t dense_width = 10944;
constexpr std::int64_t expert_width = 1408;
constexpr std::int32_t experts = 64;
constexpr std::int32_t experts_per_token = 6;
constexpr std::int64_t read_bytes = std::int64_t{1} << 30;
constexpr std::int64_t set_bytes = std::int64_t{1} << 29; // of one case; read cyclically

/// Normal values as a checkpoint holds them.
struct stored_weight {
  stored_weight(std::int64_t rows, std::int64_t cols, bool float8) : rows(rows), cols(cols) {
    const auto count = static_cast<std::size_t>(rows * cols);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0f, float8 ? 100.0f : 0.02f);
    std::vector<float> some(1'000'003); // repeats, but has rare exponents as a matrix does
    for (float& value : some)
      value = normal(random);
    if (float8)
      bytes.resize(count);
    else
      halves.resize(count);
    for (std::size_t i = 0; i < count; ++i)
      if (float8)
        bytes[i] = float_to_float8_e4m3(some[i % some.size()]);
      else
        halves[i] = float_to_bfloat16(some[i % some.size()]);
    if (float8)
      scales.assign(static_cast<std::size_t>((rows + 127) / 128 * ((cols + 127) / 128)), 2e-4f);
  }
  raw_weight raw() const {
    if (bytes.empty())
      return {halves.data(), dtype::bfloat16, rows, cols};
    return {bytes.data(),
            dtype::float8_e4m3,
            rows,
            cols,
            {scales.data(), dtype::float32, 128, 128},
            input_form::e4m3_128};
  }

  std::int64_t rows;
  std::int64_t cols;
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint16_t> halves;
  std::vector<float> scales;
};

/// One call reads `bytes` of weights; the next call reads the bytes after them, cyclically.
struct circle {
  std::string name;
  double bytes = 0;
  std::function<void()> call;
};

std::vector<float> some_row(std::int64_t cols) {
  std::vector<float> row;
  for (std::int64_t i = 0; i < cols; ++i)
    row.push_back(static_cast<float>(i % 15 - 7) / 8.0f);
  return row;
}

result<circle> linear_circle(backend& b, std::int64_t rows, std::int64_t cols, bool float8) {
  struct state {
    std::vector<packed_linear_ptr> weights;
    std::vector<float> x, out;
    std::size_t next = 0;
  };
  const stored_weight stored(rows, cols, float8);
  const raw_weight raw = stored.raw();
  const std::int64_t bytes = rows * cols * (float8 ? 1 : 2);
  auto s = std::make_shared<state>();
  s->x = some_row(cols);
  s->out.resize(static_cast<std::size_t>(rows));
  for (std::int64_t packed = 0; packed < set_bytes; packed += bytes) {
    HADAL_TRY_ASSIGN(weight, b.pack_linear({&raw, 1}));
    s->weights.push_back(std::move(weight));
  }
  return circle{fmt::format("linear {}, {} x {}", float8 ? "w8a8" : "bfloat16", rows, cols),
                static_cast<double>(bytes), [s, &b, rows, cols] {
                  b.linear(tensor_view(s->x.data(), dtype::float32, 1, cols), *s->weights[s->next],
                           tensor_view(s->out.data(), dtype::float32, 1, rows));
                  s->next = (s->next + 1) % s->weights.size();
                }};
}

result<circle> experts_circle(backend& b, bool float8) {
  struct state {
    packed_experts_ptr packed;
    std::vector<float> x, out, shares;
    std::vector<std::int32_t> ids;
  };
  const stored_weight in(expert_width, hidden, float8);
  const stored_weight out(hidden, expert_width, float8);
  const std::vector<raw_expert> raw(experts, {in.raw(), in.raw(), out.raw()});
  auto s = std::make_shared<state>();
  HADAL_TRY_ASSIGN(packed, b.pack_experts(raw));
  s->packed = std::move(packed);
  s->x = some_row(hidden);
  s->out.resize(hidden);
  s->shares.assign(experts_per_token, 0.25f);
  for (std::int32_t i = 0; i < experts_per_token; ++i)
    s->ids.push_back(i);
  const double each = 3.0 * hidden * expert_width * (float8 ? 1 : 2);
  return circle{fmt::format("expert_mlp {}, {} of {}", float8 ? "w8a8" : "bfloat16",
                            experts_per_token, experts),
                each * experts_per_token, [s, &b] {
                  for (std::int32_t& id : s->ids) // the next experts
                    id = (id + experts_per_token) % experts;
                  b.expert_mlp(tensor_view(s->x.data(), dtype::float32, 1, hidden), *s->packed,
                               tensor_view(s->ids.data(), dtype::int32, 1, experts_per_token),
                               tensor_view(s->shares.data(), dtype::float32, 1, experts_per_token),
                               tensor_view(s->out.data(), dtype::float32, 1, hidden));
                }};
}

double bytes_per_second(const circle& of, double bytes) {
  const int calls = std::max(1, static_cast<int>(bytes / of.bytes));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i)
    of.call();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return of.bytes * calls / seconds.count();
}

} // namespace

workspace_limits memory_bound_limits() {
  workspace_limits limits;
  limits.step_rows = 1;
  limits.step_sequences = 1;
  limits.context_length = 64;
  limits.linear_cols = dense_width;
  limits.linear_rows = 2 * dense_width;
  limits.mlp_width = dense_width;
  limits.experts_per_token = experts_per_token;
  limits.experts = experts;
  limits.attention = {16, 128, 64, 512, 128, 0.0722f};
  return limits;
}

result<void> run_memory_bound(backend& b, const memory_bound_plan& plan) {
  const auto placement = numa_placement::of_machine(plan.threads);
  HADAL_TRY_ASSIGN(reader, memory_reader::make(placement, read_bytes));
  std::vector<circle> circles;
  for (const bool float8 : {false, true}) {
    HADAL_TRY_ASSIGN(large, linear_circle(b, 2 * dense_width, hidden, float8));
    circles.push_back(std::move(large));
    HADAL_TRY_ASSIGN(small, linear_circle(b, hidden, hidden, float8));
    circles.push_back(std::move(small));
    HADAL_TRY_ASSIGN(routed, experts_circle(b, float8));
    circles.push_back(std::move(routed));
  }
  std::vector<double> limit;
  std::vector<std::vector<double>> reached(circles.size());
  std::vector<std::vector<double>> shares(circles.size());
  // Divided as the kernels' work is, over the same threads each time.
  simd::thread_pool pool(placement);
  std::atomic<std::uint64_t> total{0};
  const circle reads = {"reads", reader.bytes(), [&] {
                          pool.parallel_for(static_cast<std::int64_t>(reader.pieces()),
                                            [&](std::int64_t piece, std::int32_t) {
                                              total += reader.read(static_cast<std::size_t>(piece));
                                            });
                        }};
  const auto read_all = [&] { return bytes_per_second(reads, plan.bytes_per_round); };
  for (int round = 0; round < plan.rounds; ++round) {
    double before = read_all();
    for (std::size_t i = 0; i < circles.size(); ++i) {
      reached[i].push_back(bytes_per_second(circles[i], plan.bytes_per_round));
      const double after = read_all();
      shares[i].push_back(2 * reached[i].back() / (before + after));
      limit.push_back(after);
      before = after;
    }
  }
  fmt::print(
      "{} in bfloat16, {} threads, one row; medians of {} rounds of {:.0f} GB each, reads in "
      "between: {:.1f} GB/s\n\n{:34} {:>8} {:>18}\n",
      b.name(), plan.threads, plan.rounds, plan.bytes_per_round / 1e9, median(limit) / 1e9, "",
      "GB/s", "share of the reads");
  for (std::size_t i = 0; i < circles.size(); ++i)
    fmt::print("{:34} {:8.1f} {:16.0f} %\n", circles[i].name, median(reached[i]) / 1e9,
               100 * median(shares[i]));
  fmt::print(
      "\nbfloat16 counts two bytes a weight; kernels of pairs keep it in 12 bits: at most 133 %\n");
  return {};
}

} // namespace hadal::bench
