#include "tests/support/fake_executor.hpp"

#include "base/assert.hpp"
#include "model/kv_cache/page_pool.hpp"

#include <set>

namespace hadal::tests {

model::executor_info fake_executor::small_info() {
  model::executor_info info;
  info.vocab_size = 512;
  info.context_length = 512;
  info.page_count = 64;
  info.slot_count = 16;
  info.max_step_tokens = 1024;
  return info;
}

token_id fake_executor::next(const std::vector<token_id>& tokens, token_id first, token_id count) {
  std::uint64_t h = 1469598103934665603ULL;
  for (auto t : tokens)
    h = (h ^ static_cast<std::uint64_t>(t)) * 1099511628211ULL;
  return first + static_cast<token_id>((h >> 20) % static_cast<std::uint64_t>(count));
}

fake_executor::fake_executor(model::executor_info info)
  : info_(info), tables_(info.slot_count, model::pages_for(info.context_length),
                         static_cast<std::uint32_t>(info.page_count)) {}

void fake_executor::check_pages(const model::forward_batch& batch) {
  for (const auto& granted : batch.grants)
    tables_.grant(granted);
  std::set<page_id> used;
  for (const auto& e : batch.sequences) {
    HADAL_ASSERT(tables_.size(e.slot) == model::pages_for(e.cached_len + e.extend_len));
    for (auto page : tables_.entries().subspan(tables_.begin(e.slot), tables_.size(e.slot)))
      HADAL_ASSERT(used.insert(page).second);
  }
}

result<void> fake_executor::forward(const model::forward_batch& batch) {
  check_pages(batch);
  rows_.clear();
  scores_.clear();
  for (const auto& e : batch.sequences) {
    HADAL_ASSERT(e.extend_len >= 1 && e.given_len >= 0 && e.extend_len - e.given_len <= 1);
    auto& slot = slots_[e.slot];
    if (e.cached_len == 0)
      slot.tokens.clear();
    HADAL_ASSERT(slot.tokens.size() == static_cast<std::size_t>(e.cached_len));
    for (std::int32_t i = 0; i < e.extend_len; ++i)
      slot.tokens.push_back(i < e.given_len
                                ? batch.token_ids[e.token_begin + static_cast<std::size_t>(i)]
                                : slot.last);
    for (std::int32_t i = 0; i < e.logit_rows; ++i)
      rows_.push_back(e.slot);
    if (e.scored_begin == e.scored_end)
      continue;
    HADAL_ASSERT(e.cached_len < e.scored_begin && e.scored_begin < e.scored_end);
    HADAL_ASSERT(e.scored_end <= e.cached_len + e.extend_len + 1);
    auto& scores = scores_.emplace_back(model::prompt_scores{e.slot, {}, false});
    for (auto p = e.scored_begin; p < e.scored_end; ++p) {
      std::vector<token_id> before(slot.tokens.begin(), slot.tokens.begin() + p);
      std::vector<model::token_logprob> top;
      for (std::int32_t k = 0; k < e.scored_top; ++k)
        top.push_back({first_id + k, -1.0f - static_cast<float>(k)});
      scores.tokens.push_back(
          {model::scored_token_id(batch, e, p), logprob(before), std::move(top)});
    }
  }
  return {};
}

/// The mask's next token from `id` on.
token_id fake_executor::allowed(const kernels::token_mask& mask, token_id id) const {
  for (token_id i = 0; i < info_.vocab_size && !mask.allows(id); ++i)
    id = (id + 1) % info_.vocab_size;
  return id;
}

void fake_executor::sample(const model::sample_batch& batch, model::sampled_callback done) {
  model::sample_result result;
  result.id = batch.id;
  result.scores = std::move(scores_);
  scores_.clear();
  HADAL_ASSERT(rows_.size() == batch.sequences.size());
  for (const auto& row : batch.sequences) {
    HADAL_ASSERT(rows_[row.first_row] == row.slot);
    auto& slot = slots_[row.slot];
    model::sampled_token token;
    token.id = next(slot.tokens, first_id, id_count);
    if (!row.masks.empty())
      token.id = allowed(*row.masks.front(), token.id);
    slot.last = token.id;
    result.runs.push_back({row.slot, static_cast<std::uint32_t>(result.tokens.size()), 1});
    result.tokens.push_back(std::move(token));
  }
  done(std::move(result));
}

} // namespace hadal::tests
