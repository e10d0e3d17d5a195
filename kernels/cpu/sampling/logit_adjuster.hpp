#pragma once
// Changes logits before temperature, in this order: logit_bias, repetition penalty, frequency
// penalty, presence penalty, the mask of end tokens.

#include "kernels/cpu/sampling/token_history.hpp"
#include "kernels/ops/sampling_params.hpp"
#include "kernels/ops/token_mask.hpp"

#include <cstdint>
#include <span>

namespace hadal::kernels {

/// True if any penalty is set; the sequence's history must then be kept.
bool needs_history(const sampling_params& params) noexcept;

/// True when `adjust_logits` could change anything at this position.
bool needs_adjustment(const sampling_params& params, std::int32_t output_index) noexcept;

/// Ids outside `logits` are ignored. A repetition penalty divides positive logits and multiplies
/// negative ones, for every token of prompt and output; the frequency penalty is subtracted once
/// per emission, the presence penalty once. End tokens become -infinity while output_index <
/// min_tokens.
void adjust_logits(const sampling_params& params, const token_history& history,
                   std::int32_t output_index, std::span<float> logits);

/// Tokens that `mask` does not allow become -infinity.
void apply_mask(const token_mask& mask, std::span<float> logits);

/// True if no logit is above -infinity.
bool all_refused(std::span<const float> logits) noexcept;

} // namespace hadal::kernels
