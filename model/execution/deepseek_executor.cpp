#include "model/execution/deepseek_executor.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

#include <algorithm>

namespace hadal::model {

deepseek_executor::deepseek_executor(std::unique_ptr<deepseek_model> model,
                                     std::int32_t sampled_vocab_size)
  : model_(std::move(model)),
    sampler_(model_->config().vocab_size, sampled_vocab_size,
             static_cast<std::uint32_t>(model_->limits().step_sequences_max)) {
  const model_limits& limits = model_->limits();
  info_.vocab_size = model_->config().vocab_size;
  info_.backend = model_->backend_name();
  info_.dtype = kernels::to_string(model_->compute_type());
  info_.context_length = limits.context_length;
  info_.page_count = limits.page_count;
  info_.slot_count = static_cast<std::uint32_t>(limits.step_sequences_max);
  info_.max_step_tokens = limits.step_tokens_max;
  token_ids_.reserve(static_cast<std::size_t>(limits.step_tokens_max));
  positions_.reserve(static_cast<std::size_t>(limits.step_tokens_max));
  sequences_.reserve(info_.slot_count);
  logit_rows_.reserve(info_.slot_count);
  slot_in_step_.resize(info_.slot_count);
}

void deepseek_executor::check(const forward_batch& batch, const sequence_extend& sequence) const {
  HADAL_ASSERT(sequence.slot < info_.slot_count && !slot_in_step_[sequence.slot]);
  HADAL_ASSERT(sequence.extend_len >= 1 && sequence.cached_len >= 0);
  HADAL_ASSERT(sequence.extend_len <= info_.context_length - sequence.cached_len);
  HADAL_ASSERT(std::size_t{sequence.token_begin} + static_cast<std::size_t>(sequence.extend_len) <=
               batch.token_ids.size());
  HADAL_ASSERT(std::size_t{sequence.page_begin} + sequence.page_count <= batch.pages.size());
  const std::int64_t tokens = std::int64_t{sequence.cached_len} + sequence.extend_len;
  HADAL_ASSERT(std::int64_t{sequence.page_count} * limits::page_size_tokens >= tokens);
  for (std::uint32_t p = 0; p < sequence.page_count; ++p)
    HADAL_ASSERT(raw(batch.pages[sequence.page_begin + p]) <
                 static_cast<std::uint32_t>(info_.page_count));
  HADAL_ASSERT(!sequence.token_from_slot || sequence.extend_len == 1);
}

void deepseek_executor::add_rows(const forward_batch& batch, const sequence_extend& sequence) {
  const auto row_begin = static_cast<std::int32_t>(token_ids_.size());
  HADAL_ASSERT(sequence.extend_len <= info_.max_step_tokens - row_begin);
  slot_in_step_[sequence.slot] = true;
  sequences_.push_back({row_begin, sequence.extend_len, sequence.cached_len, sequence.page_begin,
                        sequence.page_count});
  for (std::int32_t i = 0; i < sequence.extend_len; ++i) {
    const token_id id = sequence.token_from_slot
                            ? sampler_.last_token(sequence.slot)
                            : batch.token_ids[sequence.token_begin + static_cast<std::uint32_t>(i)];
    HADAL_ASSERT(id >= 0 && id < info_.vocab_size);
    token_ids_.push_back(id);
    positions_.push_back(sequence.cached_len + i);
  }
  if (sequence.wants_logits)
    logit_rows_.push_back(row_begin + sequence.extend_len - 1);
}

result<void> deepseek_executor::forward(const forward_batch& batch) {
  HADAL_ASSERT(!batch.sequences.empty());
  token_ids_.clear();
  positions_.clear();
  sequences_.clear();
  logit_rows_.clear();
  std::fill(slot_in_step_.begin(), slot_in_step_.end(), false);
  for (const sequence_extend& sequence : batch.sequences) {
    check(batch, sequence);
    add_rows(batch, sequence);
  }
  HADAL_TRY_ASSIGN(logits,
                   model_->forward({token_ids_, positions_, sequences_, batch.pages}, logit_rows_));
  logits_ = logits;
  forwarded_ = batch.id;
  return {};
}

result<sample_result> deepseek_executor::sample(const sample_batch& batch) {
  HADAL_ASSERT(batch.id == forwarded_);
  sample_result result{batch.id, {}};
  result.tokens.reserve(batch.sequences.size());
  for (const sequence_sample& sequence : batch.sequences) {
    if (sequence.open != nullptr)
      sampler_.open(sequence.slot, sequence.open);
    const float* row = logits_.row<float>(sequence.row);
    result.tokens.push_back(sampler_.sample(sequence.slot, sequence.output_index,
                                            {row, static_cast<std::size_t>(info_.vocab_size)},
                                            sequence.mask.get()));
  }
  return result;
}

} // namespace hadal::model
