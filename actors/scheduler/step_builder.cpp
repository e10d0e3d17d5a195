#include "actors/scheduler/step_builder.hpp"

#include "base/assert.hpp"
#include "model/kv_cache/page_pool.hpp"

#include <algorithm>
#include <utility>

namespace hadal::actors {

step_builder::step_builder(step_id id, std::size_t sequences_max)
  : built_{std::make_shared<model::forward_batch>(),
           std::make_shared<model::sample_batch>(),
           {},
           {id, {}, {}}} {
  built_.forward->id = built_.sample->id = id;
  built_.forward->sequences.reserve(sequences_max);
  built_.sample->sequences.reserve(sequences_max);
  built_.record.sampled.reserve(sequences_max);
}

void step_builder::fill(sequence_list& running, std::int64_t tokens_max,
                        std::int64_t prompt_tokens_max) {
  for (auto& s : running)
    if (s.wanted_len() == 1 && tokens_max > 0) {
      extend(s, 1);
      --tokens_max;
    }
  auto prefill = std::min(tokens_max, prompt_tokens_max);
  for (auto& s : running) {
    const auto wanted = s.wanted_len();
    if (wanted <= 1 || prefill == 0)
      continue;
    const auto count = static_cast<std::int32_t>(std::min<std::int64_t>(wanted, prefill));
    extend(s, count);
    prefill -= count;
  }
}

void step_builder::extend(sequence& s, std::int32_t count) {
  auto& forward = *built_.forward;
  model::sequence_extend e;
  e.slot = s.slot;
  e.cached_len = s.planned_len;
  e.extend_len = count;
  e.given_len = std::clamp(s.known_len() - s.planned_len, 0, count);
  e.token_begin = static_cast<std::uint32_t>(forward.token_ids.size());
  e.logit_rows = s.planned_len + count == s.total_len() ? 1 : 0;
  HADAL_ASSERT(e.given_len == count || s.slot_opened);
  tell_pages(s, s.planned_len + count);
  for (std::int32_t i = 0; i < e.given_len; ++i)
    forward.token_ids.push_back(s.token_at(s.planned_len + i));
  score(s, e);
  forward.sequences.push_back(e);
  s.planned_len += count;
  if (e.logit_rows > 0)
    sample(s, e);
}

/// Adds the grants of pages that the executor does not know, for so many tokens.
void step_builder::tell_pages(sequence& s, std::int32_t tokens) {
  const std::uint32_t count = model::pages_for(tokens);
  HADAL_ASSERT(count <= s.pages.size());
  for (; s.pages_told < count; ++s.pages_told)
    built_.forward->grants.push_back({s.slot, s.pages_told, s.pages[s.pages_told]});
}

/// Adds the prompt tokens that this extend can score and no earlier step has scored.
void step_builder::score(sequence& s, model::sequence_extend& e) {
  const auto next = e.cached_len + e.extend_len;
  const auto end = std::min(s.prompt_len(), next + 1);
  if (s.scored_planned >= end)
    return;
  e.scored_begin = s.scored_planned;
  e.scored_end = end;
  e.scored_top = s.spec.scored_top;
  if (end > next)
    e.next_token = s.token_at(next);
  s.scored_planned = end;
  built_.record.scored.push_back(s.spec.sequence);
}

void step_builder::sample(sequence& s, const model::sequence_extend& e) {
  model::sequence_sample row;
  row.slot = s.slot;
  row.first_row = logit_rows_;
  row.output_index = s.output_len();
  if (!s.slot_opened) {
    auto state = std::make_shared<model::slot_state>();
    state->params = s.spec.sampling;
    state->seed = s.spec.seed;
    state->prompt_ids = s.spec.prompt_ids;
    state->output_ids = s.output_ids;
    row.open = std::move(state);
    s.slot_opened = true;
  }
  if (s.constrained)
    built_.masked.push_back({s.spec.sequence, built_.record.sampled.size(), false});
  logit_rows_ += static_cast<std::uint32_t>(e.logit_rows);
  built_.sample->sequences.push_back(std::move(row));
  built_.record.sampled.push_back(s.spec.sequence);
  ++s.pending;
  --s.credit;
}

} // namespace hadal::actors
