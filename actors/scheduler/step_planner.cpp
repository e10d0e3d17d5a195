#include "actors/scheduler/step_planner.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace hadal::actors {

namespace {

std::vector<std::uint32_t> all_slots(const planner_options& options,
                                     const model::executor_info& info) {
  std::vector<std::uint32_t> slots;
  for (auto i = std::min(options.max_running_requests, info.slot_count); i > 0; --i)
    slots.push_back(i - 1);
  return slots;
}

error not_finite() {
  return {error_code::model_failed, "the model's logits are not finite", {}};
}

} // namespace

step_planner::step_planner(planner_options options, const model::executor_info& info)
  : options_(options), info_(info), pool_(static_cast<std::uint32_t>(info.page_count)),
    free_slots_(all_slots(options, info)) {}

// -- what clients want ----------------------------------------------------------

result<void> step_planner::submit(request_id request,
                                  const std::vector<protocol::sequence_spec>& specs) {
  std::uint64_t tokens = 0;
  for (const auto& spec : specs) {
    HADAL_ASSERT(spec.prompt_ids && !spec.prompt_ids->empty() && spec.max_tokens >= 0);
    HADAL_ASSERT(spec.scored_from < static_cast<std::int32_t>(spec.prompt_ids->size()));
    auto length = static_cast<std::int64_t>(spec.prompt_ids->size()) + spec.max_tokens;
    if (length > info_.context_length || model::pages_for(length) > pool_.total())
      return fail(error_code::invalid_request,
                  fmt::format("{} prompt tokens and {} completion tokens do not fit the KV cache "
                              "of {} tokens",
                              spec.prompt_ids->size(), spec.max_tokens,
                              std::int64_t{pool_.total()} * limits::page_size_tokens));
    tokens += spec.prompt_ids->size();
  }
  if (waiting_.size() + specs.size() > options_.max_queued_requests + free_slots_.size())
    return fail(error_code::queue_full, fmt::format("{} sequences are waiting and the limit is {}",
                                                    waiting_.size(), options_.max_queued_requests));
  if (!waiting_.empty() && queued_tokens_ + tokens > options_.max_queued_tokens)
    return fail(error_code::queue_full,
                fmt::format("{} prompt tokens are waiting and the limit is {}", queued_tokens_,
                            options_.max_queued_tokens));
  for (const auto& spec : specs) {
    auto& s = waiting_.emplace_back();
    s.spec = spec;
    s.request = request;
    s.credit = limits::stream_credit_tokens;
    s.scored_planned = spec.scored_from < 0 ? s.prompt_len() : std::max(spec.scored_from, 1);
    s.scored_done = s.scored_planned;
    if (spec.scored_from == 0)
      s.scores.push_back({spec.prompt_ids->front(), std::nullopt, {}});
    if (spec.constraint)
      s.constrained = std::make_shared<model::constrained_output>(spec.constraint);
    HADAL_ASSERT(by_id_.emplace(spec.sequence, std::prev(waiting_.end())).second);
  }
  queued_tokens_ += tokens;
  for (const auto& spec : specs)
    if (auto s = by_id_.at(spec.sequence); s->prompt_only() && s->all_scored())
      end_prompt_only(s, ended_);
  return {};
}

void step_planner::end_prompt_only(iterator s, std::vector<planner_event>& events) {
  auto event = event_of(*s);
  event.tokens.finish = model::finish{model::finish_reason::length, {}, {}, {}};
  take(s);
  events.push_back(std::move(event));
}

std::vector<sequence> step_planner::cancel(request_id request) {
  return take_if([request](const sequence& s) { return s.request == request; });
}

std::vector<sequence> step_planner::take_if(const std::function<bool(const sequence&)>& served) {
  std::vector<sequence> taken;
  for (auto* list : {&running_, &waiting_})
    for (auto i = list->begin(); i != list->end();) {
      auto current = i++;
      if (served(*current))
        taken.push_back(take(current));
    }
  return taken;
}

void step_planner::stop(sequence_id id) {
  if (auto i = by_id_.find(id); i != by_id_.end())
    take(i->second);
}

void step_planner::return_credit(sequence_id id, std::uint32_t tokens) {
  if (auto i = by_id_.find(id); i != by_id_.end())
    i->second->credit += tokens;
}

// -- planning ---------------------------------------------------------------------

std::optional<planned_step> step_planner::plan() {
  preempted_now_ = false;
  secure_decode_pages();
  if (!preempted_now_)
    admit();
  auto forward = std::make_shared<model::forward_batch>();
  auto sample = std::make_shared<model::sample_batch>();
  in_flight_step record{step_id{next_step_}, {}, {}};
  forward->id = sample->id = record.id;
  forward->sequences.reserve(running_.size());
  forward->token_ids.reserve(running_.size());
  sample->sequences.reserve(running_.size());
  record.rows.reserve(running_.size());
  std::int64_t room = info_.max_step_tokens;
  for (auto& s : running_)
    if (s.wants_step() && s.target_len() - s.planned_len == 1 && room > 0) {
      extend(s, 1, *forward, *sample, record);
      --room;
    }
  auto prefill = std::min<std::int64_t>(room, options_.chunked_prefill_size);
  for (auto& s : running_) {
    auto remaining = s.target_len() - s.planned_len;
    if (!s.wants_step() || remaining <= 1 || prefill == 0)
      continue;
    auto count = static_cast<std::int32_t>(std::min<std::int64_t>(remaining, prefill));
    extend(s, count, *forward, *sample, record);
    prefill -= count;
  }
  if (forward->sequences.empty())
    return std::nullopt;
  ++next_step_;
  std::vector<step_outbox::masked_row> masked;
  for (std::size_t row = 0; row < record.rows.size(); ++row)
    if (by_id_.at(record.rows[row])->constrained)
      masked.push_back({record.rows[row], row, false});
  in_flight_.push_back(std::move(record));
  planned_step step{forward, sample};
  outbox_.add(std::move(forward), std::move(sample), std::move(masked));
  return step;
}

// -- masks --------------------------------------------------------------------------

std::optional<protocol::fill_masks> step_planner::due_masks() {
  protocol::fill_masks due;
  // A row's mask needs every token before it.
  const auto rows = outbox_.ask(
      due.step, [&](const step_outbox::masked_row& row, const model::sequence_sample& sample) {
        return static_cast<std::size_t>(sample.output_index) ==
               by_id_.at(row.sequence)->output_ids.size();
      });
  if (rows.empty())
    return std::nullopt;
  auto requests = std::make_shared<std::vector<protocol::mask_request>>();
  for (const auto& row : rows) {
    auto& s = *by_id_.at(row.sequence);
    requests->push_back({row.sequence, std::exchange(s.untold_ids, {}), s.constrained});
  }
  due.rows = std::move(requests);
  return due;
}

void step_planner::take_masks(const protocol::step_masks& masks,
                              std::vector<planner_event>& events) {
  for (const auto& row : *masks.rows)
    if (row.failure)
      fail_sequence(row.sequence, *row.failure, events);
    else
      outbox_.fill(masks.step, row.sequence, row.mask);
}

void step_planner::lose_masks(const protocol::fill_masks& asked, const error& failure,
                              std::vector<planner_event>& events) {
  for (const auto& row : *asked.rows)
    fail_sequence(row.sequence, failure, events);
}

void step_planner::fail_sequence(sequence_id id, const error& failure,
                                 std::vector<planner_event>& events) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end())
    return;
  auto s = take(found->second);
  auto event = event_of(s);
  event.tokens.finish = model::failed(failure);
  events.push_back(std::move(event));
}

void step_planner::admit() {
  // A sequence with samples in flight cannot start again before their results are in; sequences
  // behind it wait too, so that none is overtaken for ever.
  while (!waiting_.empty() && !free_slots_.empty() && waiting_.front().pending == 0) {
    auto s = waiting_.begin();
    auto length = std::int64_t{s->total_len()};
    auto whole = std::int64_t{s->prompt_len()} + s->spec.max_tokens;
    auto pages =
        std::min(model::pages_for(length) + limits::admission_extra_pages, model::pages_for(whole));
    if (!pool_.grant(pages, s->pages))
      return;
    s->slot = free_slots_.back();
    free_slots_.pop_back();
    s->running = true;
    queued_tokens_ -= static_cast<std::uint64_t>(s->prompt_len());
    running_.splice(running_.end(), waiting_, s);
  }
}

void step_planner::secure_decode_pages() {
  // Preemption removes sequences from the list, so iterate over ids, in order of admission.
  std::vector<sequence_id> ids;
  for (const auto& s : running_)
    if (s.wants_step() && model::pages_for(s.planned_len + 1) > s.pages.size())
      ids.push_back(s.spec.sequence);
  for (auto id : ids) {
    auto& s = *by_id_.at(id);
    while (s.running && !secure_page(s))
      preempt(least_output());
  }
}

bool step_planner::secure_page(sequence& s) {
  return model::pages_for(s.planned_len + 1) <= s.pages.size() || pool_.grant(1, s.pages);
}

step_planner::iterator step_planner::least_output() {
  HADAL_ASSERT(!running_.empty());
  auto least = running_.begin();
  for (auto i = running_.begin(); i != running_.end(); ++i)
    if (i->output_len() <= least->output_len()) // the youngest of equals
      least = i;
  return least;
}

void step_planner::preempt(iterator victim) {
  release(*victim);
  victim->planned_len = 0;
  queued_tokens_ += static_cast<std::uint64_t>(victim->prompt_len());
  waiting_.splice(waiting_.begin(), running_, victim);
  ++preemptions_;
  preempted_now_ = true;
}

void step_planner::extend(sequence& s, std::int32_t count, model::forward_batch& forward,
                          model::sample_batch& sample, in_flight_step& record) {
  auto total = s.total_len();
  auto known = s.prompt_len() + static_cast<std::int32_t>(s.output_ids.size());
  model::sequence_extend e;
  e.slot = s.slot;
  e.cached_len = s.planned_len;
  e.extend_len = count;
  e.given_len = std::clamp(known - s.planned_len, 0, count);
  e.token_begin = static_cast<std::uint32_t>(forward.token_ids.size());
  e.logit_rows = s.planned_len + count == total ? 1 : 0;
  tell_pages(s, model::pages_for(s.planned_len + count), forward);
  HADAL_ASSERT(e.given_len == count || s.slot_opened);
  for (std::int32_t i = 0; i < e.given_len; ++i)
    forward.token_ids.push_back(s.token_at(s.planned_len + i));
  score(s, e, record);
  forward.sequences.push_back(e);
  s.planned_len += count;
  if (e.logit_rows == 0)
    return;
  model::sequence_sample row;
  row.slot = s.slot;
  row.first_row = record.logit_rows;
  record.logit_rows += static_cast<std::uint32_t>(e.logit_rows);
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
  sample.sequences.push_back(std::move(row));
  record.rows.push_back(s.spec.sequence);
  ++s.pending;
  --s.credit;
}

/// Adds the grants of pages that the executor does not know, up to `count` pages.
void step_planner::tell_pages(sequence& s, std::uint32_t count, model::forward_batch& forward) {
  HADAL_ASSERT(count <= s.pages.size());
  for (; s.pages_told < count; ++s.pages_told)
    forward.grants.push_back({s.slot, s.pages_told, s.pages[s.pages_told]});
}

/// Adds the prompt tokens that this extend can score and no earlier step has scored.
void step_planner::score(sequence& s, model::sequence_extend& e, in_flight_step& record) {
  auto next = e.cached_len + e.extend_len;
  auto end = std::min(s.prompt_len(), next + 1);
  if (s.scored_planned >= end)
    return;
  e.scored_begin = s.scored_planned;
  e.scored_end = end;
  e.scored_top = s.spec.scored_top;
  if (end > next)
    e.next_token = s.token_at(next);
  s.scored_planned = end;
  record.scored.push_back(s.spec.sequence);
}

// -- results ------------------------------------------------------------------------

/// The first event of a sequence has the parser's output_spec and the prompt's scores.
planner_event step_planner::event_of(sequence& s) {
  planner_event event{s.spec.parser, {}};
  event.tokens.sequence = s.spec.sequence;
  if (!s.parser_opened) {
    event.tokens.open = s.spec.output;
    event.tokens.scores = std::move(s.scores);
    s.parser_opened = true;
  }
  return event;
}

void step_planner::take_scores(iterator s, const model::prompt_scores& scores,
                               std::vector<planner_event>& events) {
  if (scores.nonfinite)
    return fail_sequence(s->spec.sequence, not_finite(), events);
  s->scored_done += static_cast<std::int32_t>(scores.tokens.size());
  s->scores.insert(s->scores.end(), scores.tokens.begin(), scores.tokens.end());
  if (s->prompt_only() && s->all_scored())
    end_prompt_only(s, events);
}

bool step_planner::complete(const model::sample_result& result, std::vector<planner_event>& events,
                            const hold_function& holds) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [&](const auto& step) { return step.id == result.id; });
  if (found == in_flight_.end())
    return false;
  HADAL_ASSERT(found == in_flight_.begin());
  auto step = std::move(in_flight_.front());
  in_flight_.pop_front();
  HADAL_ASSERT(step.rows.size() == result.runs.size());
  HADAL_ASSERT(step.scored.size() == result.scores.size());
  events.reserve(events.size() + step.rows.size());
  for (std::size_t i = 0; i < step.scored.size(); ++i)
    if (auto s = by_id_.find(step.scored[i]); s != by_id_.end())
      take_scores(s->second, result.scores[i], events);
  for (std::size_t i = 0; i < step.rows.size(); ++i)
    if (auto s = by_id_.find(step.rows[i]); s != by_id_.end())
      take_run(s->second, model::tokens_of(result, result.runs[i]), events, holds);
  return true;
}

/// The tokens that one sampling gave; those that are held back are taken by `deliver`.
void step_planner::take_run(iterator s, std::span<const model::sampled_token> run,
                            std::vector<planner_event>& events, const hold_function& holds) {
  HADAL_ASSERT(!run.empty());
  s->pending += static_cast<std::uint32_t>(run.size()) - 1; // one was planned
  s->credit -= static_cast<std::int64_t>(run.size()) - 1;
  std::size_t now = 0;
  for (const auto& token : run)
    if (holds && holds(s->spec.sequence, token))
      ++s->held;
    else
      ++now;
  if (now > 0)
    take_tokens(s, run.first(now), events);
}

void step_planner::deliver(sequence_id id, const model::sampled_token& token,
                           std::vector<planner_event>& events) {
  auto s = by_id_.find(id);
  if (s == by_id_.end())
    return; // it ended while the token was held
  HADAL_ASSERT(s->second->held > 0);
  --s->second->held;
  take_tokens(s->second, {&token, 1}, events);
}

/// Ends the sequence with the first token that ends it; those behind are dropped.
void step_planner::take_tokens(iterator s, std::span<const model::sampled_token> run,
                               std::vector<planner_event>& events) {
  auto event = event_of(*s);
  for (const auto& token : run) {
    take_token(*s, token, event.tokens);
    if (event.tokens.finish) {
      take(s);
      break;
    }
  }
  events.push_back(std::move(event));
}

void step_planner::take_token(sequence& s, const model::sampled_token& token,
                              protocol::sequence_tokens& out) {
  HADAL_ASSERT(s.pending > 0);
  --s.pending;
  if (token.nonfinite || token.failure) {
    out.finish = model::failed(token.failure ? *token.failure : not_finite());
    return;
  }
  // A sampler masks end tokens before min_tokens, but a script may still emit one. Under a grammar
  // the end may come earlier, if it is the only choice.
  auto may_end =
      s.constrained || static_cast<std::int32_t>(s.output_ids.size()) >= s.spec.sampling.min_tokens;
  s.output_ids.push_back(token.id);
  if (s.constrained)
    s.untold_ids.push_back(token.id);
  out.tokens.push_back(token);
  const auto& ends = s.spec.sampling.end_token_ids;
  if (may_end && std::find(ends.begin(), ends.end(), token.id) != ends.end())
    out.finish = model::finish{model::finish_reason::stop, {}, token.id, {}};
  else if (static_cast<std::int32_t>(s.output_ids.size()) >= s.spec.max_tokens)
    out.finish = model::finish{model::finish_reason::length, {}, {}, {}};
}

// -- ends ---------------------------------------------------------------------------

void step_planner::release(sequence& s) {
  pool_.release(s.pages);
  s.pages_told = 0;
  free_slots_.push_back(s.slot);
  s.running = false;
  s.slot_opened = false;
}

sequence step_planner::take(iterator s) {
  auto& list = s->running ? running_ : waiting_;
  if (s->running)
    release(*s);
  else
    queued_tokens_ -= static_cast<std::uint64_t>(s->prompt_len());
  by_id_.erase(s->spec.sequence);
  if (s->constrained)
    outbox_.release(s->spec.sequence);
  sequence taken = std::move(*s);
  list.erase(s);
  return taken;
}

void step_planner::fail_running(const error& failure, std::vector<planner_event>& events) {
  while (!running_.empty())
    fail_sequence(running_.front().spec.sequence, failure, events);
  // The pending samples of preempted sequences are lost with the steps; sampling them again gives
  // the same tokens.
  for (auto& s : waiting_) {
    s.pending = s.held = 0;
    s.scored_planned = s.scored_done;
  }
  in_flight_.clear();
  outbox_.clear();
}

void step_planner::rebind(const model::executor_info& info) {
  HADAL_ASSERT(running_.empty() && in_flight_.empty());
  info_ = info;
  pool_ = model::page_pool(static_cast<std::uint32_t>(info.page_count));
  free_slots_ = all_slots(options_, info);
}

bool step_planner::idle() const noexcept {
  return waiting_.empty() && running_.empty() && in_flight_.empty() && by_id_.empty() &&
         pool_.used() == 0 && queued_tokens_ == 0;
}

} // namespace hadal::actors
