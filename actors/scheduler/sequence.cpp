#include "actors/scheduler/sequence.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

#include <algorithm>
#include <utility>

namespace hadal::actors {

error not_finite() {
  return {error_code::model_failed, "the model's logits are not finite", {}};
}

sequence::sequence(request_id of, const protocol::sequence_spec& wanted)
  : spec(wanted), request(of), credit(limits::stream_credit_tokens) {
  HADAL_ASSERT(spec.prompt_ids && !spec.prompt_ids->empty() && spec.max_tokens >= 0);
  HADAL_ASSERT(spec.scored_from < prompt_len());
  scored_planned = spec.scored_from < 0 ? prompt_len() : std::max(spec.scored_from, 1);
  scored_done = scored_planned;
  if (spec.scored_from == 0)
    scores.push_back({spec.prompt_ids->front(), std::nullopt, {}});
  if (spec.constraint)
    constrained = std::make_shared<model::constrained_output>(spec.constraint);
}

planner_event sequence::next_event() {
  planner_event event{spec.parser, {}};
  event.tokens.sequence = spec.sequence;
  if (!parser_opened) {
    event.tokens.open = spec.output;
    event.tokens.scores = std::move(scores);
    parser_opened = true;
  }
  return event;
}

planner_event sequence::failed_event(const error& failure) {
  auto event = next_event();
  event.tokens.finish = model::failed(failure);
  return event;
}

void sequence::take(const model::sampled_token& token, protocol::sequence_tokens& out) {
  HADAL_ASSERT(pending > 0);
  --pending;
  if (token.nonfinite || token.failure) {
    out.finish = model::failed(token.failure ? *token.failure : not_finite());
    return;
  }
  // A sampler masks end tokens before min_tokens, but a script may still emit one. Under a grammar
  // the end may come earlier, if it is the only choice.
  const auto emitted = static_cast<std::int32_t>(output_ids.size());
  const bool may_end = constrained || emitted >= spec.sampling.min_tokens;
  output_ids.push_back(token.id);
  if (constrained)
    untold_ids.push_back(token.id);
  out.tokens.push_back(token);
  const auto& ends = spec.sampling.end_token_ids;
  if (may_end && std::find(ends.begin(), ends.end(), token.id) != ends.end())
    out.finish = model::finish{model::finish_reason::stop, {}, token.id, {}};
  else if (emitted + 1 >= spec.max_tokens)
    out.finish = model::finish{model::finish_reason::length, {}, {}, {}};
}

void sequence::take(const model::prompt_scores& more) {
  scored_done += static_cast<std::int32_t>(more.tokens.size());
  scores.insert(scores.end(), more.tokens.begin(), more.tokens.end());
}

} // namespace hadal::actors
