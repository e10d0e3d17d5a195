#pragma once
// The model's own distribution, from raw logits: before bias, penalties, masks and temperature, and
// over all rows of the head, also those beyond the tokenizer's vocabulary.

#include "kernels/ops/sampling.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hadal::kernels {

/// log(sum(exp(logits))), with exponentials in float32, accurate to 4e-7; `largest` is the largest
/// logit and finite.
double log_sum_exp(std::span<const float> logits, float largest) noexcept;

/// The `count` most likely tokens, best first, the lowest id first among equals.
std::vector<token_logprob> top_logprobs(std::span<const float> logits, double log_sum,
                                        std::int32_t count);

/// The log probability of `id` in a row of logits, and the `count` most likely tokens. The row must
/// be a distribution.
scored_token score_token(std::span<const float> logits, token_id id, std::int32_t count);

} // namespace hadal::kernels
