#include "actors/scheduler/scheduler.hpp"

#include "actors/protocol/session.hpp"
#include "actors/runtime/thread_name.hpp"

namespace hadal::actors {

using namespace protocol;

scheduler::scheduler(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
                     planner_options options)
  : actor_base(cfg, env, pinned), options_(options) {}

scheduler::behavior_type scheduler::make_behavior() {
  if (!env().simulated)
    runtime::name_this_thread(name());
  return {[this](const shard_ready& m) { on(m); },
          [this](const grammar_ready& m) { on(m); },
          [this](const submit_sequences& m) { return on(m); },
          [this](const cancel_request& m) { on(m); },
          [this](const stop_sequence& m) { on(m); },
          [this](const return_credit& m) { on(m); },
          [this](const step_result& m) { on(m); }};
}

void scheduler::on_exit() {
  actor_base::on_exit();
  planner_.reset();
  shard_ = nullptr;
  grammar_ = nullptr;
}

// -- the shard ------------------------------------------------------------------

void scheduler::on(const shard_ready& m) {
  if (planner_)
    planner_->rebind(m.info);
  else
    planner_.emplace(options_, m.info);
  shard_ = m.shard;
  watch(shard_, [this](const caf::error&) { on_shard_down(); });
  advance();
}

void scheduler::on(const grammar_ready& m) {
  grammar_ = m.grammar;
}

void scheduler::on_shard_down() {
  shard_ = nullptr;
  step_starts_.clear();
  pacer_.clear();
  std::vector<planner_event> events;
  planner_->fail_running({error_code::model_failed, "the model's shard died", {}}, events);
  log::error("scheduler ends {} running sequences: their shard died", events.size());
  publish(events);
  report();
}

// -- requests -------------------------------------------------------------------

admission scheduler::on(const submit_sequences& m) {
  if (!planner_)
    return {error{error_code::starting, "the model is still loading", {}}};
  if (auto submitted = planner_->submit(m.request, *m.sequences); !submitted)
    return {submitted.error()};
  watch_session(m.request);
  watch_servers(*m.sequences);
  auto ended = planner_->take_ended();
  publish(ended);
  advance();
  return {};
}

void scheduler::watch_session(request_id request) {
  auto session = caf::actor_cast<caf::actor>(current_sender());
  if (session)
    watch(session, [this, request](const caf::error&) { on(cancel_request{request}); });
}

void scheduler::watch_servers(const std::vector<sequence_spec>& specs) {
  auto watch_one = [this](const auto& server) {
    watch(server,
          [this, address = server.address()](const caf::error&) { on_server_down(address); });
  };
  for (const auto& spec : specs) {
    watch_one(spec.parser);
    if (spec.output->sink)
      watch_one(spec.output->sink);
  }
}

void scheduler::on_server_down(const caf::actor_addr& address) {
  if (!planner_)
    return;
  auto taken = planner_->take_if([&](const sequence& s) {
    return s.spec.parser.address() == address ||
           (s.spec.output->sink && s.spec.output->sink.address() == address);
  });
  std::map<caf::actor_addr, std::pair<delta_sink_actor, std::vector<sequence_delta>>> by_sink;
  for (const auto& s : taken) {
    if (s.spec.parser.address() != address)
      continue; // its gateway died, and so did the client's connection
    sequence_delta delta;
    delta.exchange = s.spec.output->exchange;
    delta.choice = s.spec.output->choice;
    delta.sequence = s.spec.sequence;
    delta.output.finish = model::failed({error_code::model_failed, "the answer's parser died", {}});
    auto& entry = by_sink[s.spec.output->sink.address()];
    entry.first = s.spec.output->sink;
    entry.second.push_back(std::move(delta));
  }
  for (auto& [where, entry] : by_sink)
    tell(entry.first,
         step_deltas{std::make_shared<const std::vector<sequence_delta>>(std::move(entry.second))});
  forget(std::move(taken));
  advance();
}

void scheduler::on(const cancel_request& m) {
  if (!planner_)
    return;
  forget(planner_->cancel(m.request));
  advance();
}

void scheduler::forget(std::vector<sequence> taken) {
  std::map<caf::actor_addr, std::pair<parser_actor, forget_sequences>> by_parser;
  for (const auto& s : taken) {
    env().metrics().count_request("abort");
    if (!s.parser_opened)
      continue;
    auto& entry = by_parser[s.spec.parser.address()];
    entry.first = s.spec.parser;
    entry.second.sequences.push_back(s.spec.sequence);
  }
  for (auto& [where, entry] : by_parser)
    tell(entry.first, std::move(entry.second));
}

void scheduler::on(const stop_sequence& m) {
  if (!planner_)
    return;
  planner_->stop(m.sequence);
  advance();
}

void scheduler::on(const return_credit& m) {
  if (!planner_)
    return;
  for (const auto& credit : m.credits)
    planner_->return_credit(credit.sequence, credit.tokens);
  advance();
}

// -- steps ----------------------------------------------------------------------

void scheduler::on(const step_result& m) {
  std::vector<planner_event> events;
  const auto hold = [this](sequence_id id, const model::sampled_token& token) {
    return pacer_.hold(id, token, now());
  };
  if (!planner_ || !planner_->complete(*m.result, events, hold))
    return; // of a shard that died
  auto took = std::chrono::duration<double>(now() - step_starts_.front());
  step_starts_.pop_front();
  env().metrics().observe_step(took.count());
  arm_pacer();
  advance(); // first the next step for the device, then events for clients while it runs
  publish(events);
}

void scheduler::arm_pacer() {
  auto due = pacer_.next_due();
  if (!due || (pacer_armed_ && pacer_armed_at_ <= *due))
    return;
  pacer_armed_ = true;
  pacer_armed_at_ = *due;
  after(std::chrono::ceil<runtime::duration>(*due - now()), [this] { deliver_due(); });
}

void scheduler::deliver_due() {
  pacer_armed_ = false;
  std::vector<planner_event> events;
  for (const auto& due : pacer_.take_due(now()))
    planner_->deliver(due.sequence, due.token, events);
  arm_pacer();
  advance();
  publish(events);
}

void scheduler::advance() {
  while (shard_ && planner_->steps_in_flight() < limits::steps_in_flight_max) {
    if (!planner_->plan())
      break;
    step_starts_.push_back(now());
  }
  if (shard_) {
    send_steps();
    ask_masks();
  }
  report();
}

void scheduler::send_steps() {
  for (auto& step : planner_->outgoing())
    if (step.forward)
      tell(shard_, forward_step{std::move(step.forward)});
    else
      tell(shard_,
           sample_step{std::move(step.sample), caf::actor_cast<step_listener_actor>(
                                                   caf::actor_cast<caf::strong_actor_ptr>(this))});
}

// A request may fail at once and make further masks due, so this loops until none is due.
void scheduler::ask_masks() {
  while (auto due = planner_->due_masks()) {
    const auto finish = [this](std::vector<planner_event>& events) {
      advance();
      publish(events);
    };
    const auto lose = [this, asked = *due, finish](const caf::error& reason) {
      if (!planner_)
        return;
      log::warning("scheduler loses the masks of {} sequences: {}", asked.rows->size(),
                   caf::to_string(reason));
      std::vector<planner_event> events;
      planner_->lose_masks(asked, {error_code::model_failed, "the grammar's actor died", {}},
                           events);
      finish(events);
    };
    ask<step_masks>(
        grammar_, std::move(*due), runtime::duration(limits::ask_deadline_ms),
        [this, finish](const step_masks& m) {
          std::vector<planner_event> events;
          planner_->take_masks(m, events);
          finish(events);
        },
        lose);
  }
}

void scheduler::publish(std::vector<planner_event>& events) {
  std::map<caf::actor_addr, std::pair<parser_actor, std::vector<sequence_tokens>>> by_parser;
  for (auto& event : events) {
    auto& entry = by_parser[event.parser.address()];
    if (entry.second.empty()) {
      entry.first = event.parser;
      entry.second.reserve(events.size()); // usually there are one or few parsers
    }
    entry.second.push_back(std::move(event.tokens));
  }
  for (auto& [where, entry] : by_parser)
    tell(entry.first, step_tokens{std::make_shared<const std::vector<sequence_tokens>>(
                          std::move(entry.second))});
}

void scheduler::report() {
  if (!planner_)
    return;
  auto& metrics = env().metrics();
  metrics.set_requests(planner_->running_count(), planner_->waiting_count());
  metrics.set_kv_pages(planner_->pages().total(), planner_->pages().used(), 0);
}

} // namespace hadal::actors
