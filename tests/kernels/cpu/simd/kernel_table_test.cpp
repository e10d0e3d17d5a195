#include "kernels/cpu/simd/kernel_table.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace hadal::kernels::simd {

namespace {

const kernel_table& kernels() {
  const kernel_table* best = best_kernels(detect_cpu_features());
  if (best == nullptr)
    FAIL("this machine has none of the vector instruction sets");
  return *best;
}

/// The spacing of floats at `value`.
double unit_in_last_place(double value) {
  int exponent = 0;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, std::max(exponent - 24, -149));
}

} // namespace

TEST_CASE("a processor without the instructions has no kernels") {
  CHECK(best_kernels(cpu_features{}) == nullptr);
}

TEST_CASE("e^x is within one and a half units in the last place over its whole range") {
  double worst = 0.0;
  std::vector<float> x(4096);
  for (float begin = -104.0f; begin < 88.7f; begin += 0.25f) {
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = std::min(begin + 0.25f * static_cast<float>(i) / 4096.0f, 88.72283f);
    std::vector<float> y = x;
    kernels().exp_row(y.data(), static_cast<std::int64_t>(y.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double want = std::exp(static_cast<double>(x[i]));
      worst = std::max(worst, std::fabs(y[i] - want) / unit_in_last_place(want));
    }
  }
  CHECK(worst < 1.5);
}

TEST_CASE("e^x is exact at zero and right at the ends") {
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> x = {0.0f, -0.0f, 89.0f, infinity, -110.0f, -infinity, std::nanf("")};
  kernels().exp_row(x.data(), static_cast<std::int64_t>(x.size()));
  CHECK(x[0] == 1.0f);
  CHECK(x[1] == 1.0f);
  CHECK(x[2] == infinity);
  CHECK(x[3] == infinity);
  CHECK(x[4] == 0.0f);
  CHECK(x[5] == 0.0f);
  CHECK(std::isnan(x[6]));
}

TEST_CASE("a softmax row sums to one, keeps to its count and clears what follows") {
  for (const std::int64_t count : {1, 7, 8, 9, 100}) {
    std::vector<float> scores(120, 55.0f);
    for (std::int64_t i = 0; i < count; ++i)
      scores[static_cast<std::size_t>(i)] = static_cast<float>(i % 13) - 300.0f;
    kernels().softmax_row(scores.data(), count, 110, 0.5f, element::float32);
    double sum = 0.0;
    for (std::int64_t i = 0; i < count; ++i)
      sum += scores[static_cast<std::size_t>(i)];
    CHECK(sum == Approx(1.0).epsilon(1e-6));
    CHECK(std::all_of(scores.begin() + count, scores.begin() + 110,
                      [](float v) { return v == 0.0f; }));
    CHECK(std::all_of(scores.begin() + 110, scores.end(), [](float v) { return v == 55.0f; }));
  }
}

TEST_CASE("a panel is the transpose of its rows, zero where there are none") {
  for (const std::int64_t rows : {1, 8, 11, 16})
    for (const std::int64_t cols : {1, 8, 13}) {
      std::vector<float> x(static_cast<std::size_t>(rows * 20));
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(i + 1);
      std::vector<float> panel(static_cast<std::size_t>((cols + 1) * panel_width), -1.0f);
      kernels().transpose_panel(x.data(), 20, rows, cols, panel.data());
      for (std::int64_t k = 0; k <= cols; ++k)
        for (std::int64_t r = 0; r < panel_width; ++r) {
          const float got = panel[static_cast<std::size_t>(k * panel_width + r)];
          if (k == cols)
            REQUIRE(got == -1.0f);
          else
            REQUIRE(got == (r < rows ? x[static_cast<std::size_t>(r * 20 + k)] : 0.0f));
        }
    }
}

} // namespace hadal::kernels::simd
