#include "kernels/cpu/simd/coded_bfloat16.hpp"

#include "kernels/core/float_formats.hpp"
#include "kernels/cpu/simd/cpu_features.hpp"
#include "kernels/cpu/simd/kernel_table.hpp"
#include "kernels/cpu/simd/weight_panels.hpp"
#include "tests/kernels/cpu/numa/watched_numa_system.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstring>
#include <random>

namespace hadal::kernels::simd {

namespace {

std::uint16_t bits_of(int sign, int exponent, int fraction) {
  return static_cast<std::uint16_t>(sign << 15 | exponent << 7 | fraction);
}

/// Normal values, and `odd` of any exponent up to 127.
std::vector<std::uint16_t> some_weights(std::int64_t count, std::int64_t odd) {
  std::mt19937 random(static_cast<unsigned>(count));
  std::normal_distribution<float> normal(0.0f, 0.02f);
  std::vector<std::uint16_t> weights;
  for (std::int64_t i = 0; i < count; ++i)
    weights.push_back(float_to_bfloat16(normal(random)));
  for (std::int64_t i = 0; i < odd; ++i)
    weights[random() % weights.size()] = static_cast<std::uint16_t>(random() % 0x4000);
  return weights;
}

weight_panels packed(const std::vector<std::uint16_t>& weights, std::int64_t cols,
                     std::int64_t coded_bytes_min, weight_memory& memory) {
  const raw_weight raw(weights.data(), dtype::bfloat16,
                       static_cast<std::int64_t>(weights.size()) / cols, cols);
  auto panels = weight_panels::pack(
      raw, dtype::bfloat16, {panel_order::pairs, panel_order::pairs, coded_bytes_min}, memory);
  REQUIRE(panels.has_value());
  return std::move(*panels);
}

panel_order order_of(const weight_panels& panels) {
  gemm_params p;
  panels.fill(p, 0, 1);
  return p.order;
}

/// x W^T of rows that bfloat16 holds, four panels at a time.
std::vector<float> product(const kernel_table& kernels, const weight_panels& weight, int nodes,
                           std::int64_t rows) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0.0f, 1.0f);
  std::vector<float> x;
  for (std::int64_t i = 0; i < rows * weight.cols(); ++i)
    x.push_back(bfloat16_to_float(float_to_bfloat16(normal(random))));
  std::vector<float> out(static_cast<std::size_t>(rows * weight.rows()));
  std::int64_t count = 0;
  for (std::int64_t panel = 0; panel < weight.panel_count(); panel += count) {
    const std::int64_t node_end = weight.first_panel(panel < weight.first_panel(1) ? 1 : nodes);
    count = std::min<std::int64_t>(gemm_panels_max, node_end - panel);
    gemm_params p;
    weight.fill(p, panel, count);
    p.x = x.data();
    p.x_stride = weight.cols();
    p.rows = rows;
    p.out = out.data() + panel * panel_width;
    p.out_stride = weight.rows();
    kernels.gemm(p);
  }
  return out;
}

} // namespace

TEST_CASE("the sixteen most frequent exponents have codes, the others are exceptions") {
  std::array<std::int64_t, 256> counts{};
  for (std::size_t e = 100; e < 120; ++e)
    counts[e] = static_cast<std::int64_t>(e);
  counts[0] = 1000;
  const exponent_coder coder(counts);
  CHECK(coder.exceptions() == 100 + 101 + 102 + 103 + 104);
  CHECK(coder.exponents()[0] == 0);
  for (int e = 0; e < 256; ++e) {
    const std::uint16_t bits = bits_of(1, e, 77);
    const bool coded = e == 0 || (e >= 105 && e < 120);
    CHECK(coder.is_exception(bits) == !coded);
    CHECK(coder.code(bits) < exponent_codes::count);
    if (coded)
      CHECK(coder.exponents()[coder.code(bits)] == e);
  }
}

TEST_CASE(
    "exceptions are listed by segment and place, and every segment knows where its own begin") {
  exception_list list;
  list.add(3, 0, 0, 30);
  list.add(1, 2, 5, 11);
  list.add(1, 15, 4, 10);
  list.add(3, 1, 127, 31);
  REQUIRE(list.count() == 4);
  std::vector<coded_exception> exceptions(4);
  std::vector<std::uint32_t> begins(6);
  list.write(5, exceptions.data(), begins.data());
  CHECK(begins == std::vector<std::uint32_t>{0, 0, 2, 2, 4, 4});
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(exceptions[i].bits == std::vector<std::uint16_t>{11, 10, 30, 31}[i]);
  CHECK(exceptions[3].place == 63 * 32 + 2 * 1 + 1);
}

TEST_CASE("coded weights give every bit that pairs give") {
  const auto isa = GENERATE(simd_isa::avx512_bf16, simd_isa::amx);
  const kernel_table* kernels = find_kernels(detect_cpu_features(), isa);
  if (kernels == nullptr)
    return; // this processor takes no pairs
  const auto [rows, cols] = GENERATE(table<std::int64_t, std::int64_t>(
      {{1, 8}, {16, 40}, {40, 128}, {100, 136}, {64, 200}, {77, 1024}, {130, 384}}));
  const std::int64_t odd = GENERATE(as<std::int64_t>{}, 0, 1, 400);
  const std::vector<std::uint16_t> weights =
      some_weights(rows * cols, odd == 400 ? rows * cols / 400 : odd);
  const int nodes = GENERATE(1, 2);
  weight_memory memory(nodes == 1 ? numa_placement(2)
                                  : numa_placement(4, testing::even_nodes(2, 2),
                                                   std::make_shared<testing::watched_numa_system>(
                                                       std::vector<int>{0, 1, 2, 3})));
  const weight_panels pairs = packed(weights, cols, INT64_MAX, memory);
  const weight_panels coded = packed(weights, cols, 0, memory);
  REQUIRE(order_of(pairs) == panel_order::pairs);
  REQUIRE(order_of(coded) == panel_order::coded);
  for (const std::int64_t x_rows : {1, 2, 3, 4, 5, 17, 49, 100}) {
    INFO(kernels->name << " " << rows << " x " << cols << ", " << x_rows << " rows");
    const std::vector<float> want = product(*kernels, pairs, nodes, x_rows);
    const std::vector<float> got = product(*kernels, coded, nodes, x_rows);
    CHECK(std::memcmp(got.data(), want.data(), want.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("weights stay in pairs where they are few, or where codes would not pay") {
  weight_memory memory(numa_placement(2));
  const std::vector<std::uint16_t> some = some_weights(64 * 64, 2);
  CHECK(order_of(packed(some, 64, 64 * 64 * 2, memory)) == panel_order::coded);
  CHECK(order_of(packed(some, 64, 64 * 64 * 2 + 1, memory)) == panel_order::pairs);
  CHECK(order_of(packed(some_weights(64 * 60, 2), 60, 0, memory)) == panel_order::pairs);
  CHECK(order_of(packed(some_weights(64 * 64, 80), 64, 0, memory)) == panel_order::pairs);
}

} // namespace hadal::kernels::simd
