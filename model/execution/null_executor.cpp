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
  return {};
}

result<sample_result> null_executor::sample(const sample_batch& batch) {
  HADAL_ASSERT(batch.id == forwarded_);
  sample_result result{batch.id, {}};
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
    token.slot = sequence.slot;
    token.id = choice(first);
    if (state->params.logprobs || state->params.top_logprobs > 0) {
      token.logprob = static_cast<float>(-std::log(static_cast<double>(choices())));
      const std::uint64_t count =
          std::min(static_cast<std::uint64_t>(state->params.top_logprobs), choices());
      for (std::uint64_t i = 0; i < count; ++i)
        token.top.push_back({choice((first + i) % choices()), token.logprob});
    }
    result.tokens.push_back(std::move(token));
  }
  return result;
}

} // namespace hadal::model
