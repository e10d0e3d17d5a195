#include "kernels/cpu/sampling/row_passes.hpp"

#include "kernels/cpu/sampling/random_stream.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace hadal::kernels {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// Around the sizes at which blocks end.
const std::vector<std::size_t> sizes = {1, 2, 15, 255, 256, 257, 511, 513, 4096, 5001};

std::vector<float> row(std::size_t size, std::uint64_t seed, double width) {
  std::vector<float> logits;
  for (std::size_t i = 0; i < size; ++i)
    logits.push_back(static_cast<float>((uniform_draw(seed, i) - 0.5) * width));
  return logits;
}

} // namespace

TEST_CASE("the best of a row is its largest logit, the lowest id among equals") {
  for (const std::size_t size : sizes)
    for (std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      std::vector<float> logits = row(size, 1, 2.0);
      logits[at] = 7.0f;
      logits[size - 1] = 7.0f;
      const row_scan scan = scan_row(logits);
      INFO("size " << size << ", best at " << at);
      CHECK(scan.best == static_cast<token_id>(at));
      CHECK(scan.largest == 7.0f);
      CHECK_FALSE(scan.nonfinite);
    }
}

TEST_CASE("NaN, +infinity and a row without any weight are no distribution, wherever they stand") {
  for (const std::size_t size : sizes) {
    CHECK(scan_row(std::vector<float>(size, -infinity)).nonfinite);
    for (std::size_t at : {std::size_t{0}, size / 2, size - 1})
      for (const float bad : {std::nanf(""), -std::nanf(""), infinity}) {
        std::vector<float> logits = row(size, 2, 2.0);
        logits[at] = bad;
        INFO("size " << size << ", " << bad << " at " << at);
        CHECK(scan_row(logits).nonfinite);
      }
    std::vector<float> one(size, -infinity);
    one[size / 2] = -3.0f;
    const row_scan scan = scan_row(one);
    CHECK((!scan.nonfinite && scan.best == static_cast<token_id>(size / 2)));
  }
}

TEST_CASE("weights are exponentials and the sums are theirs") {
  for (const std::size_t size : sizes)
    for (const float scale : {1.0f, 0.1f, 3.7f, 1e5f}) {
      std::vector<float> logits = row(size, 3, 40.0);
      if (size > 2)
        logits[1] = -infinity;
      const row_scan scan = scan_row(logits);
      std::vector<float> weights(size, -1.0f);
      std::vector<double> sums(weight_blocks(size), -1.0);
      const double total = exponentials(logits, scan.largest, scale, weights, sums);
      CHECK(weights[static_cast<std::size_t>(scan.best)] == 1.0f);
      double whole = 0.0;
      std::vector<double> parts(sums.size(), 0.0);
      for (std::size_t i = 0; i < size; ++i) {
        const double x = (static_cast<double>(logits[i]) - scan.largest) * scale;
        const double want = x < -87.0 ? 0.0 : std::exp(x);
        INFO("size " << size << ", exponent " << x << ": " << weights[i]);
        CHECK(std::abs(weights[i] - want) <= want * (3e-7 + 1.3e-7 * std::min(87.0, -x)) + 1e-37);
        parts[i / weight_block] += weights[i];
        whole += weights[i];
      }
      for (std::size_t b = 0; b < sums.size(); ++b)
        CHECK(sums[b] == Approx(parts[b]).epsilon(2e-6));
      CHECK(total == Approx(whole).epsilon(2e-6));
    }
}

} // namespace hadal::kernels
