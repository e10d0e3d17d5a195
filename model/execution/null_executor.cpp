#include "model/execution/null_executor.hpp"

#include "base/assert.hpp"
#include "model/sampling/choice_seed.hpp"

#include <algorithm>
#include <cmath>

namespace hadal::model {

null_executor::null_executor(const executor_info& info, std::vector<token_id> tokens)
  : info_(info), tokens_(std::move(tokens)), slots_(info.slot_count) {
  HADAL_ASSERT(info.vocab_size > 0);
}

result<void> null_executor::forward(const forward_batch& batch) {
  forwarded_ = batch.id;
  scores_.clear();
  for (const sequence_extend& e : batch.sequences) {
    if (e.scored_begin == e.scored_end)
      continue;
    prompt_scores& scores = scores_.emplace_back();
    scores.slot = e.slot;
    for (std::int32_t p = e.scored_begin; p < e.scored_end; ++p) {
      const std::uint64_t first = mix_bits(static_cast<std::uint64_t>(p)) % choices();
      scores.tokens.push_back(
          {scored_token_id(batch, e, p), uniform_logprob(), uniform_top(first, e.scored_top)});
    }
  }
  return {};
}

float null_executor::uniform_logprob() const noexcept {
  return static_cast<float>(-std::log(static_cast<double>(choices())));
}

std::vector<token_logprob> null_executor::uniform_top(std::uint64_t first,
                                                      std::int32_t count) const {
  std::vector<token_logprob> top;
  const auto most = std::min(static_cast<std::uint64_t>(count), choices());
  for (std::uint64_t i = 0; i < most; ++i)
    top.push_back({choice((first + i) % choices()), uniform_logprob()});
  return top;
}

token_id null_executor::allowed(const kernels::token_mask& mask,
                                std::uint64_t first) const noexcept {
  for (std::uint64_t i = 0; i < choices(); ++i)
    if (const token_id id = choice((first + i) % choices()); mask.allows(id))
      return id;
  for (token_id id = 0; id < info_.vocab_size; ++id)
    if (mask.allows(id))
      return id;
  return choice(first);
}

void null_executor::sample(const sample_batch& batch, sampled_callback done) {
  HADAL_ASSERT(batch.id == forwarded_);
  sample_result result{batch.id, {}, {}, std::move(scores_)};
  scores_.clear();
  result.runs.reserve(batch.sequences.size());
  result.tokens.reserve(batch.sequences.size());
  for (const sequence_sample& sequence : batch.sequences) {
    HADAL_ASSERT(sequence.slot < slots_.size());
    if (sequence.open != nullptr)
      slots_[sequence.slot] = sequence.open;
    const slot_state* state = slots_[sequence.slot].get();
    HADAL_ASSERT(state != nullptr);
    const std::uint64_t first =
        choice_seed(state->seed, static_cast<std::uint64_t>(sequence.output_index)) % choices();
    sampled_token token;
    token.id = sequence.masks.empty() ? choice(first) : allowed(*sequence.masks.front(), first);
    if (state->params.logprobs || state->params.top_logprobs > 0) {
      token.logprob = uniform_logprob();
      token.top = uniform_top(first, state->params.top_logprobs);
    }
    result.runs.push_back({sequence.slot, static_cast<std::uint32_t>(result.tokens.size()), 1});
    result.tokens.push_back(std::move(token));
  }
  done(std::move(result));
}

} // namespace hadal::model
