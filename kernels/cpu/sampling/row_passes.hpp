#pragma once
// The passes of sampling over a whole row of logits: DeepSeek-V3's vocabulary has 129,280, so each
// pass is written to be vectorised. Their orders of sums and comparisons depend only on the row's
// length.

#include "base/ids.hpp"

#include <cstddef>
#include <span>

namespace hadal::kernels {

struct row_scan {
  token_id best = 0; // index of the largest logit, the lowest on ties; 0 where `nonfinite`
  float largest = 0.0f;
  bool nonfinite = false; // a NaN, +infinity, or nothing but -infinity: no distribution
};

/// `logits` is not empty.
row_scan scan_row(std::span<const float> logits) noexcept;

/// Number of weights in one partial sum.
inline constexpr std::size_t weight_block = 256;

/// Number of partial sums of a row.
constexpr std::size_t weight_blocks(std::size_t logits) noexcept {
  return (logits + weight_block - 1) / weight_block;
}

/// weights[i] = exp((logits[i] - largest) * scale), all in float32: exactly 1 where the logit is
/// `largest`, 0 where the exponent is below -87 or the logit is -infinity, else with a relative
/// error of 3e-7 (the exponential) plus 6e-8 times the exponent (its rounding). block_sums[b] is
/// the sum of the b-th block of weights. Returns the total. No logit is above `largest` or NaN;
/// `largest` and `scale` > 0 are finite. `weights` has the row's length, `block_sums` weight_blocks
/// of it.
double exponentials(std::span<const float> logits, float largest, float scale,
                    std::span<float> weights, std::span<double> block_sums) noexcept;

/// The sum that `exponentials` returns for a scale of 1, without its weights.
double exponential_sum(std::span<const float> logits, float largest) noexcept;

} // namespace hadal::kernels
