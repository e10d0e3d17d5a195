#include "actors/scheduler/step_planner.hpp"

#include "base/assert.hpp"

#include <algorithm>
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

} // namespace

step_planner::step_planner(planner_options options, const model::executor_info& info)
  : options_(options), info_(info),
    waiting_(options.max_queued_requests, options.max_queued_tokens), pages_(info),
    free_slots_(all_slots(options, info)) {}

// -- what clients want ----------------------------------------------------------

result<void> step_planner::submit(request_id request,
                                  const std::vector<protocol::sequence_spec>& specs) {
  std::uint64_t tokens = 0;
  for (const auto& spec : specs) {
    HADAL_TRY(pages_.check(spec));
    tokens += spec.prompt_ids->size();
  }
  HADAL_TRY(waiting_.check(specs.size(), tokens, free_slots_.size()));
  for (const auto& spec : specs) {
    const auto s = waiting_.add(sequence(request, spec));
    HADAL_ASSERT(by_id_.emplace(spec.sequence, s).second);
  }
  for (const auto& spec : specs)
    if (auto s = by_id_.at(spec.sequence); s->prompt_only() && s->all_scored())
      end_prompt_only(s, ended_);
  return {};
}

std::vector<sequence> step_planner::cancel(request_id request) {
  return take_if([request](const sequence& s) { return s.request == request; });
}

std::vector<sequence> step_planner::take_if(const std::function<bool(const sequence&)>& served) {
  std::vector<sequence> taken;
  for (auto* list : {&running_, &waiting_.sequences()})
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
  const auto preemptions = preemptions_;
  secure_decode_pages();
  if (preemptions == preemptions_) // else the pages are needed by those that run
    admit();
  step_builder builder(step_id{next_step_}, running_.size());
  builder.fill(running_, info_.max_step_tokens, options_.chunked_prefill_size);
  if (builder.empty())
    return std::nullopt;
  ++next_step_;
  auto built = std::move(builder).finish();
  in_flight_.push_back(std::move(built.record));
  planned_step step{built.forward, built.sample};
  outbox_.add(std::move(built.forward), std::move(built.sample), std::move(built.masked));
  return step;
}

void step_planner::secure_decode_pages() {
  // Preemption removes sequences from the list, so iterate over ids, in order of admission.
  std::vector<sequence_id> ids;
  for (const auto& s : running_)
    if (s.wanted_len() > 0 && model::pages_for(s.planned_len + 1) > s.pages.size())
      ids.push_back(s.spec.sequence);
  for (auto id : ids) {
    auto& s = *by_id_.at(id);
    while (s.running && !pages_.secure_next(s))
      preempt(page_ledger::victim(running_));
  }
}

void step_planner::admit() {
  while (!free_slots_.empty()) {
    auto* s = waiting_.next();
    if (s == nullptr || !pages_.admit(*s))
      return;
    s->slot = free_slots_.back();
    free_slots_.pop_back();
    s->running = true;
    waiting_.start_next(running_);
  }
}

void step_planner::preempt(iterator victim) {
  release(*victim);
  victim->planned_len = 0;
  waiting_.add_first(running_, victim);
  ++preemptions_;
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

// -- results ------------------------------------------------------------------------

bool step_planner::complete(const model::sample_result& result, std::vector<planner_event>& events,
                            const hold_function& holds) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [&](const auto& step) { return step.id == result.id; });
  if (found == in_flight_.end())
    return false;
  HADAL_ASSERT(found == in_flight_.begin());
  const auto step = std::move(in_flight_.front());
  in_flight_.pop_front();
  HADAL_ASSERT(step.sampled.size() == result.runs.size());
  HADAL_ASSERT(step.scored.size() == result.scores.size());
  events.reserve(events.size() + step.sampled.size());
  for (std::size_t i = 0; i < step.scored.size(); ++i)
    if (auto s = by_id_.find(step.scored[i]); s != by_id_.end())
      take_scores(s->second, result.scores[i], events);
  for (std::size_t i = 0; i < step.sampled.size(); ++i)
    if (auto s = by_id_.find(step.sampled[i]); s != by_id_.end())
      take_run(s->second, model::tokens_of(result, result.runs[i]), events, holds);
  return true;
}

void step_planner::take_scores(iterator s, const model::prompt_scores& scores,
                               std::vector<planner_event>& events) {
  if (scores.nonfinite)
    return fail_sequence(s->spec.sequence, not_finite(), events);
  s->take(scores);
  if (s->prompt_only() && s->all_scored())
    end_prompt_only(s, events);
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
void step_planner::take_tokens(iterator s, std::span<const model::sampled_token> tokens,
                               std::vector<planner_event>& events) {
  auto event = s->next_event();
  for (const auto& token : tokens) {
    s->take(token, event.tokens);
    if (event.tokens.finish) {
      take(s);
      break;
    }
  }
  events.push_back(std::move(event));
}

// -- ends ---------------------------------------------------------------------------

void step_planner::end_prompt_only(iterator s, std::vector<planner_event>& events) {
  auto event = s->next_event();
  event.tokens.finish = model::finish{model::finish_reason::length, {}, {}, {}};
  take(s);
  events.push_back(std::move(event));
}

void step_planner::fail_sequence(sequence_id id, const error& failure,
                                 std::vector<planner_event>& events) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end())
    return;
  auto s = take(found->second);
  events.push_back(s.failed_event(failure));
}

void step_planner::release(sequence& s) {
  pages_.release(s);
  free_slots_.push_back(s.slot);
  s.running = false;
  s.slot_opened = false;
}

sequence step_planner::take(iterator s) {
  by_id_.erase(s->spec.sequence);
  if (s->constrained)
    outbox_.release(s->spec.sequence);
  if (!s->running)
    return waiting_.take(s);
  release(*s);
  sequence taken = std::move(*s);
  running_.erase(s);
  return taken;
}

void step_planner::fail_running(const error& failure, std::vector<planner_event>& events) {
  while (!running_.empty())
    fail_sequence(running_.front().spec.sequence, failure, events);
  // The pending samples of preempted sequences are lost with the steps; sampling them again gives
  // the same tokens.
  for (auto& s : waiting_.sequences()) {
    s.pending = s.held = 0;
    s.scored_planned = s.scored_done;
  }
  in_flight_.clear();
  outbox_.clear();
}

void step_planner::rebind(const model::executor_info& info) {
  HADAL_ASSERT(running_.empty() && in_flight_.empty());
  info_ = info;
  pages_ = page_ledger(info);
  free_slots_ = all_slots(options_, info);
}

bool step_planner::idle() const noexcept {
  return waiting_.size() == 0 && running_.empty() && in_flight_.empty() && by_id_.empty() &&
         pages_.pool().used() == 0 && waiting_.tokens() == 0;
}

} // namespace hadal::actors
