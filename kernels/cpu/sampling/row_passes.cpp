#include "kernels/cpu/sampling/row_passes.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace hadal::kernels {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr std::size_t lanes = 16;
constexpr float exponent_min = -87.0f; // e^-87 is about the smallest normal float32

static_assert(weight_block % lanes == 0);

/// e^x for x in [exponent_min, 0]: 2^n * e^r with |r| <= ln(2) / 2, e^r by its Taylor series, whose
/// eighth term is under 6e-9.
inline float exponential(float x) noexcept {
  constexpr float to_integer = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer
  constexpr float log2_e = 1.44269504f;
  constexpr float ln2_high = 0.693359375f; // few bits, so n * ln2_high is exact
  constexpr float ln2_low = -2.12194440e-4f;
  const float n = (x * log2_e + to_integer) - to_integer;
  const float r = (x - n * ln2_high) - n * ln2_low;
  float series = 1.0f / 5040.0f;
  series = series * r + 1.0f / 720.0f;
  series = series * r + 1.0f / 120.0f;
  series = series * r + 1.0f / 24.0f;
  series = series * r + 1.0f / 6.0f;
  series = series * r + 0.5f;
  const float e_r = series * (r * r) + r + 1.0f;
  const auto power = static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127) << 23;
  return e_r * std::bit_cast<float>(power);
}

inline float weight_of(float logit, float largest, float scale) noexcept {
  const float x = (logit - largest) * scale;
  const float e = exponential(x > exponent_min ? x : exponent_min);
  return x < exponent_min ? 0.0f : e;
}

/// The largest logit of a block; sets `bad` if a logit is NaN or +infinity.
float block_largest(const float* logits, bool& bad) noexcept {
  std::array<float, lanes> top;
  std::array<std::uint32_t, lanes> wrong{};
  top.fill(-infinity);
  for (std::size_t i = 0; i < weight_block; i += lanes)
    for (std::size_t l = 0; l < lanes; ++l) {
      const float v = logits[i + l];
      top[l] = v > top[l] ? v : top[l];
      wrong[l] |= v < infinity ? 0u : 1u; // NaN too
    }
  for (std::size_t l = 0; l < lanes; ++l)
    bad = bad || wrong[l] != 0;
  return *std::max_element(top.begin(), top.end());
}

double block_weights(const float* logits, float largest, float scale, float* weights) noexcept {
  for (std::size_t i = 0; i < weight_block; ++i)
    weights[i] = weight_of(logits[i], largest, scale);
  std::array<float, lanes> sums{};
  for (std::size_t i = 0; i < weight_block; i += lanes)
    for (std::size_t l = 0; l < lanes; ++l)
      sums[l] += weights[i + l];
  double sum = 0.0;
  for (const float s : sums)
    sum += s;
  return sum;
}

/// A block of the row; the last one is padded with -infinity in `buffer`.
const float* block_at(std::span<const float> logits, std::size_t begin,
                      std::array<float, weight_block>& buffer) noexcept {
  const std::size_t count = logits.size() - begin;
  if (count >= weight_block)
    return logits.data() + begin;
  std::copy_n(logits.data() + begin, count, buffer.begin());
  std::fill(buffer.begin() + static_cast<std::ptrdiff_t>(count), buffer.end(), -infinity);
  return buffer.data();
}

} // namespace

row_scan scan_row(std::span<const float> logits) noexcept {
  HADAL_ASSERT(!logits.empty());
  std::array<float, weight_block> buffer;
  row_scan scan;
  scan.largest = -infinity;
  std::size_t best_block = 0;
  for (std::size_t begin = 0; begin < logits.size(); begin += weight_block) {
    const float top = block_largest(block_at(logits, begin, buffer), scan.nonfinite);
    if (top > scan.largest) {
      scan.largest = top;
      best_block = begin;
    }
  }
  scan.nonfinite = scan.nonfinite || scan.largest == -infinity;
  if (scan.nonfinite)
    return scan;
  const auto block = logits.subspan(best_block);
  const auto at = std::find(block.begin(), block.end(), scan.largest);
  scan.best = static_cast<token_id>(best_block + static_cast<std::size_t>(at - block.begin()));
  return scan;
}

double exponentials(std::span<const float> logits, float largest, float scale,
                    std::span<float> weights, std::span<double> block_sums) noexcept {
  HADAL_ASSERT(weights.size() >= logits.size());
  HADAL_ASSERT(block_sums.size() >= weight_blocks(logits.size()));
  std::array<float, weight_block> buffer;
  std::array<float, weight_block> last;
  double total = 0.0;
  for (std::size_t begin = 0; begin < logits.size(); begin += weight_block) {
    const std::size_t count = std::min(weight_block, logits.size() - begin);
    float* const to = count == weight_block ? weights.data() + begin : last.data();
    const double sum = block_weights(block_at(logits, begin, buffer), largest, scale, to);
    if (count < weight_block)
      std::copy_n(last.begin(), count, weights.begin() + static_cast<std::ptrdiff_t>(begin));
    block_sums[begin / weight_block] = sum;
    total += sum;
  }
  return total;
}

double exponential_sum(std::span<const float> logits, float largest) noexcept {
  std::array<float, weight_block> buffer;
  std::array<float, weight_block> weights;
  double total = 0.0;
  for (std::size_t begin = 0; begin < logits.size(); begin += weight_block)
    total += block_weights(block_at(logits, begin, buffer), largest, 1.0f, weights.data());
  return total;
}

} // namespace hadal::kernels
