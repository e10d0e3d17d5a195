#include "model/execution/deepseek_executor.hpp"

#include "base/assert.hpp"
#include "kernels/ops/wait.hpp"
#include "model/kv_cache/page_pool.hpp"

#include <algorithm>
#include <utility>

namespace hadal::model {

deepseek_executor::deepseek_executor(std::unique_ptr<deepseek_model> model,
                                     std::unique_ptr<kernels::sampler> sampler)
  : model_(std::move(model)), sampler_(std::move(sampler)),
    tables_(static_cast<std::uint32_t>(model_->limits().step_sequences_max),
            pages_for(model_->limits().context_length),
            static_cast<std::uint32_t>(model_->limits().page_count)) {
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

deepseek_executor::~deepseek_executor() {
  (void) kernels::wait(model_->backend()); // a failure has been reported by `done`
}

void deepseek_executor::check(const forward_batch& batch, const sequence_extend& sequence) const {
  HADAL_ASSERT(sequence.slot < info_.slot_count && !slot_in_step_[sequence.slot]);
  HADAL_ASSERT(sequence.extend_len >= 1 && sequence.cached_len >= 0);
  HADAL_ASSERT(sequence.extend_len <= info_.context_length - sequence.cached_len);
  HADAL_ASSERT(std::size_t{sequence.token_begin} + static_cast<std::size_t>(sequence.given_len) <=
               batch.token_ids.size());
  const std::int64_t tokens = std::int64_t{sequence.cached_len} + sequence.extend_len;
  HADAL_ASSERT(pages_for(tokens) <= tables_.size(sequence.slot));
  // The backend keeps one token of a slot.
  HADAL_ASSERT(sequence.given_len >= 0 && sequence.given_len <= sequence.extend_len);
  HADAL_ASSERT(sequence.extend_len - sequence.given_len <= 1);
  HADAL_ASSERT(sequence.logit_rows >= 0 && sequence.logit_rows <= sequence.extend_len);
  if (sequence.scored_begin != sequence.scored_end) {
    HADAL_ASSERT(sequence.given_len == sequence.extend_len && sequence.scored_top >= 0);
    HADAL_ASSERT(sequence.cached_len < sequence.scored_begin);
    HADAL_ASSERT(sequence.scored_begin < sequence.scored_end && sequence.scored_end <= tokens + 1);
    HADAL_ASSERT(sequence.scored_end <= tokens ||
                 (sequence.next_token >= 0 && sequence.next_token < info_.vocab_size));
  }
}

void deepseek_executor::add_rows(const forward_batch& batch, const sequence_extend& sequence) {
  const auto row_begin = static_cast<std::int32_t>(token_ids_.size());
  HADAL_ASSERT(sequence.extend_len <= info_.max_step_tokens - row_begin);
  slot_in_step_[sequence.slot] = true;
  sequences_.push_back({row_begin, sequence.extend_len, sequence.cached_len,
                        tables_.begin(sequence.slot),
                        pages_for(std::int64_t{sequence.cached_len} + sequence.extend_len)});
  for (std::int32_t i = 0; i < sequence.extend_len; ++i) {
    if (i >= sequence.given_len) {
      token_ids_.push_back(~static_cast<token_id>(sequence.slot));
    } else {
      token_ids_.push_back(batch.token_ids[sequence.token_begin + static_cast<std::uint32_t>(i)]);
      HADAL_ASSERT(token_ids_.back() >= 0 && token_ids_.back() < info_.vocab_size);
    }
    positions_.push_back(sequence.cached_len + i);
  }
  for (std::int32_t i = sequence.extend_len - sequence.logit_rows; i < sequence.extend_len; ++i)
    logit_rows_.push_back(row_begin + i);
  if (sequence.scored_begin != sequence.scored_end)
    add_scored_rows(batch, sequence, row_begin);
}

void deepseek_executor::add_scored_rows(const forward_batch& batch, const sequence_extend& sequence,
                                        std::int32_t row_begin) {
  std::vector<prompt_scores>& scores = in_flight_[current_].sampled.scores;
  scores.push_back({sequence.slot, {}, false});
  for (std::int32_t p = sequence.scored_begin; p < sequence.scored_end; ++p) {
    scored_rows_.push_back({static_cast<std::uint32_t>(row_begin + p - sequence.cached_len - 1),
                            scored_token_id(batch, sequence, p), sequence.scored_top,
                            static_cast<std::uint32_t>(scores.size() - 1)});
  }
}

/// Scores block by block, in the memory for logits that sampling needs anyway.
void deepseek_executor::score_prompts(kernels::step_layout step) {
  std::vector<std::int32_t> rows;
  for (std::size_t begin = 0; begin < scored_rows_.size(); begin += info_.slot_count) {
    const std::size_t end = std::min(begin + info_.slot_count, scored_rows_.size());
    rows.clear();
    for (std::size_t i = begin; i < end; ++i) {
      rows.push_back(static_cast<std::int32_t>(scored_rows_[i].row));
      scored_rows_[i].row = static_cast<std::uint32_t>(i - begin);
    }
    step.logit_rows = rows;
    model_->further_logits(step);
    sampler_->score(model_->logits(), std::span(scored_rows_).subspan(begin, end - begin),
                    in_flight_[current_].sampled.scores);
  }
}

result<void> deepseek_executor::forward(const forward_batch& batch) {
  HADAL_ASSERT(!batch.sequences.empty());
  token_ids_.clear();
  positions_.clear();
  sequences_.clear();
  logit_rows_.clear();
  scored_rows_.clear();
  step_in_flight& step_before = in_flight_[current_];
  if (step_before.waits || !step_before.sampled.scores.empty()) {
    // A scheduler that died has left it: it ends before its memory is used again.
    (void) kernels::wait(model_->backend());
    step_before.sampled.scores.clear();
  }
  std::fill(slot_in_step_.begin(), slot_in_step_.end(), false);
  for (const page_grant& granted : batch.grants)
    tables_.grant(granted);
  for (const sequence_extend& sequence : batch.sequences) {
    check(batch, sequence);
    add_rows(batch, sequence);
  }
  kernels::step_layout step{token_ids_, positions_, sequences_, tables_.entries(), {}};
  if (scored_rows_.empty()) {
    step.logit_rows = logit_rows_;
    model_->forward(step);
  } else {
    model_->forward(step);
    score_prompts(step);
    step.logit_rows = logit_rows_; // last: they stay until they are sampled
    model_->further_logits(step);
  }
  forwarded_ = batch.id;
  return {};
}

void deepseek_executor::sample(const sample_batch& batch, sampled_callback done) {
  HADAL_ASSERT(batch.id == forwarded_);
  step_in_flight& step = in_flight_[current_];
  step.sampled.id = batch.id;
  step.sampled.runs.reserve(batch.sequences.size());
  step.sampled.tokens.reserve(batch.sequences.size());
  step.done = std::move(done);
  step.waits = true;
  sampler_->sample(model_->logits(), batch.sequences, step.sampled.runs, step.sampled.tokens);
  current_ = (current_ + 1) % in_flight_.size();
  model_->backend().when_done([&step](result<void> outcome) { step.finish(std::move(outcome)); });
}

void deepseek_executor::step_in_flight::finish(result<void> outcome) {
  sample_result filled = std::exchange(sampled, {});
  const sampled_callback call = std::exchange(done, nullptr);
  waits = false; // what `call` brings about may be the step that comes here next
  if (outcome)
    call(std::move(filled));
  else
    call(fail(std::move(outcome.error())));
}

} // namespace hadal::model
