#include "kernels/cpu/sampling/slot_sampler.hpp"

#include "base/assert.hpp"
#include "kernels/cpu/sampling/logit_adjuster.hpp"
#include "kernels/cpu/sampling/logprobs.hpp"
#include "kernels/cpu/sampling/random_stream.hpp"

#include <algorithm>

namespace hadal::kernels {

namespace {

std::span<const token_id> prompt_of(const slot_state& state) {
  return state.prompt_ids ? std::span<const token_id>(*state.prompt_ids)
                          : std::span<const token_id>();
}

/// Prompt tokens count only for the repetition penalty.
std::span<const token_id> penalised_prompt(const slot_state& state) {
  return state.params.repetition_penalty != 1.0f ? prompt_of(state) : std::span<const token_id>();
}

} // namespace

slot_sampler::slot_sampler(std::int32_t vocab_size, std::int32_t sampled_vocab_size,
                           std::uint32_t slot_count)
  : vocab_size_(vocab_size), sampled_vocab_size_(sampled_vocab_size), slots_(slot_count),
    adjusted_(static_cast<std::size_t>(sampled_vocab_size)), chooser_(sampled_vocab_size) {
  HADAL_ASSERT(sampled_vocab_size > 0 && sampled_vocab_size <= vocab_size);
}

const slot_sampler::slot_record& slot_sampler::at(std::uint32_t slot) const {
  HADAL_ASSERT(slot < slots_.size());
  return slots_[slot];
}

void slot_sampler::open(std::uint32_t slot, slot_state_ptr state) {
  HADAL_ASSERT(slot < slots_.size() && state != nullptr);
  slot_record& record = slots_[slot];
  record.last = state->output_ids.empty() ? -1 : state->output_ids.back();
  if (needs_history(state->params))
    record.history.reset(penalised_prompt(*state), state->output_ids);
  else
    record.history.clear();
  record.limiter.reset(state->params.thinking, prompt_of(*state), state->output_ids);
  record.state = std::move(state);
}

token_id slot_sampler::last_token(std::uint32_t slot) const {
  const slot_record& record = at(slot);
  HADAL_ASSERT(record.last >= 0);
  return record.last;
}

token_id slot_sampler::choose(const slot_record& record, std::int32_t output_index,
                              std::span<const float> logits, const row_scan& whole,
                              const token_mask* mask) {
  const sampling_params& params = record.state->params;
  std::span<const float> row = logits.first(static_cast<std::size_t>(sampled_vocab_size_));
  const auto adjust = [&](std::int32_t index) {
    std::copy_n(logits.begin(), adjusted_.size(), adjusted_.begin());
    adjust_logits(params, record.history, index, adjusted_);
    if (mask)
      apply_mask(*mask, adjusted_);
    row = adjusted_;
  };
  if (mask || needs_adjustment(params, output_index))
    adjust(output_index);
  if (mask && output_index < params.min_tokens && all_refused(row))
    adjust(params.min_tokens); // the mask allows only end tokens
  const bool same =
      row.data() == logits.data() && static_cast<std::size_t>(whole.best) < row.size();
  const row_scan scan = same ? whole : scan_row(row);
  if (scan.nonfinite)
    return 0; // everything is masked
  if (params.temperature < greedy_temperature)
    return scan.best;
  return chooser_.choose(
      row, scan, params,
      uniform_draw(record.state->seed, static_cast<std::uint64_t>(output_index)));
}

sampled_token slot_sampler::sample(std::uint32_t slot, std::int32_t output_index,
                                   std::span<const float> logits, const token_mask* mask) {
  HADAL_ASSERT(is_open(slot) && output_index >= 0);
  HADAL_ASSERT(logits.size() == static_cast<std::size_t>(vocab_size_));
  slot_record& record = slots_[slot];
  const sampling_params& params = record.state->params;
  sampled_token token;
  const row_scan scan = scan_row(logits);
  if (scan.nonfinite) {
    token.nonfinite = true;
    record.last = 0; // a step in flight may still refer to this slot
    return token;
  }
  const std::optional<token_id> forced = record.limiter.forced();
  token.id = forced ? *forced : choose(record, output_index, logits, scan, mask);
  if (params.logprobs || params.top_logprobs > 0) {
    const double log_sum = log_sum_exp(logits, scan.largest);
    token.logprob = static_cast<float>(logits[static_cast<std::size_t>(token.id)] - log_sum);
    token.top = top_logprobs(logits, log_sum, params.top_logprobs);
  }
  record.last = token.id;
  record.limiter.append(token.id);
  if (needs_history(params))
    record.history.append(token.id);
  return token;
}

} // namespace hadal::kernels
