#include "kernels/cpu/simd/kernel_table.hpp"

#include "kernels/cpu/simd/make_simd_backend.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace hadal::kernels::simd {

namespace {

/// The kernels of every instruction set of this machine.
std::vector<const kernel_table*> all_kernels() {
  std::vector<const kernel_table*> all;
  for (const simd_isa isa : usable_simd())
    all.push_back(find_kernels(detect_cpu_features(), isa));
  if (all.empty())
    FAIL("this machine has none of the vector instruction sets");
  return all;
}

/// The spacing of floats at `value`.
double unit_in_last_place(double value) {
  int exponent = 0;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, std::max(exponent - 24, -149));
}

} // namespace

TEST_CASE("a processor without the instructions has no kernels") {
  for (const simd_isa isa :
       {simd_isa::best, simd_isa::avx2, simd_isa::avx512, simd_isa::avx512_bf16, simd_isa::amx})
    CHECK(find_kernels(cpu_features{}, isa) == nullptr);
}

TEST_CASE("the best kernels are the latest that the processor runs, any other by its name") {
  const cpu_features old{.avx2 = true};
  const cpu_features wide{.avx2 = true, .avx512 = true};
  const cpu_features pairs{.avx2 = true, .avx512 = true, .avx512_bf16 = true};
  const cpu_features all{.avx2 = true, .avx512 = true, .avx512_bf16 = true, .amx = true};
  CHECK(find_kernels(old, simd_isa::best)->name == "avx2");
  CHECK(find_kernels(wide, simd_isa::best)->name == "avx512");
  CHECK(find_kernels(pairs, simd_isa::best)->name == "avx512-bf16");
  CHECK(find_kernels(all, simd_isa::best)->name == "amx-bf16");
  CHECK(find_kernels(all, simd_isa::avx512)->name == "avx512");
  CHECK(find_kernels(all, simd_isa::avx2)->name == "avx2");
  CHECK(find_kernels(wide, simd_isa::avx512_bf16) == nullptr);
  CHECK(find_kernels(old, simd_isa::avx512) == nullptr);
  CHECK(find_kernels(pairs, simd_isa::amx) == nullptr);
}

TEST_CASE("a backend for instructions that the processor lacks says which") {
  for (const simd_isa isa : {simd_isa::avx512, simd_isa::avx512_bf16, simd_isa::amx}) {
    const auto made = make_simd_backend({}, cpu_options{.isa = isa});
    REQUIRE(made.has_value() == simd_supported(isa));
    if (made)
      CHECK((*made)->name() == to_string(isa));
    else
      CHECK(made.error().message.find("this processor has no A") != std::string::npos);
  }
}

TEST_CASE("e^x is within one and a half units in the last place over its whole range") {
  const kernel_table& kernels = *GENERATE(from_range(all_kernels()));
  INFO(kernels.name);
  double worst = 0.0;
  std::vector<float> x(4096);
  for (float begin = -104.0f; begin < 88.7f; begin += 0.25f) {
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = std::min(begin + 0.25f * static_cast<float>(i) / 4096.0f, 88.72283f);
    std::vector<float> y = x;
    kernels.exp_row(y.data(), static_cast<std::int64_t>(y.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double want = std::exp(static_cast<double>(x[i]));
      worst = std::max(worst, std::fabs(y[i] - want) / unit_in_last_place(want));
    }
  }
  CHECK(worst < 1.5);
}

TEST_CASE("e^x is exact at zero and right at the ends") {
  const kernel_table& kernels = *GENERATE(from_range(all_kernels()));
  INFO(kernels.name);
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> x = {0.0f, -0.0f, 89.0f, infinity, -110.0f, -infinity, std::nanf("")};
  kernels.exp_row(x.data(), static_cast<std::int64_t>(x.size()));
  CHECK(x[0] == 1.0f);
  CHECK(x[1] == 1.0f);
  CHECK(x[2] == infinity);
  CHECK(x[3] == infinity);
  CHECK(x[4] == 0.0f);
  CHECK(x[5] == 0.0f);
  CHECK(std::isnan(x[6]));
}

TEST_CASE("a softmax row sums to one, keeps to its count and clears what follows") {
  const kernel_table& kernels = *GENERATE(from_range(all_kernels()));
  INFO(kernels.name);
  for (const std::int64_t count : {1, 7, 8, 9, 100}) {
    std::vector<float> scores(120, 55.0f);
    for (std::int64_t i = 0; i < count; ++i)
      scores[static_cast<std::size_t>(i)] = static_cast<float>(i % 13) - 300.0f;
    kernels.softmax_row(scores.data(), count, 110, 0.5f, element::float32);
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
  const kernel_table& kernels = *GENERATE(from_range(all_kernels()));
  INFO(kernels.name);
  for (const std::int64_t rows : {1, 8, 11, 16})
    for (const std::int64_t cols : {1, 8, 13}) {
      std::vector<float> x(static_cast<std::size_t>(rows * 20));
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(i + 1);
      std::vector<float> panel(static_cast<std::size_t>((cols + 1) * panel_width), -1.0f);
      kernels.transpose_panel(x.data(), 20, rows, cols, panel.data());
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
