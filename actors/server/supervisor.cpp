#include "actors/server/supervisor.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace hadal::server {

using namespace protocol;

namespace {

constexpr runtime::duration drain_poll{25};
constexpr runtime::duration load_deadline = std::chrono::hours(24); // weights may be on a slow disk

} // namespace

supervisor::supervisor(caf::actor_config& cfg, runtime::environment& env,
                       caf::execution_unit* pinned, service_factory factory)
  : actor_base(cfg, env, pinned), factory_(std::move(factory)) {}

supervisor::behavior_type supervisor::make_behavior() {
  return {[this](const start_service&) { start(); },
          [this](const drain_service& m) { return drain(m); },
          [this](const replace_tokenizer&) -> caf::result<replacement_tokenizer> {
            if (tokenizers_.empty())
              return caf::sec::request_receiver_down;
            return replacement_tokenizer{tokenizers_.front()};
          }};
}

void supervisor::on_exit() {
  auto stop = [this](const auto& part) {
    if (part)
      this->send_exit(part, caf::exit_reason::user_shutdown);
  };
  actor_base::on_exit();
  for (const auto& gateway : gateways_)
    stop(gateway);
  for (const auto& e : engines_) {
    stop(e.scheduler);
    stop(e.shard);
  }
  for (const auto& parser : parsers_)
    stop(parser);
  for (const auto& tokenizer : tokenizers_)
    stop(tokenizer);
  stop(compiler_);
  stop(masks_);
  stop(loader_);
  // Parts hold this actor's handle too: releasing theirs breaks the cycles of references.
  gateways_.clear();
  engines_.clear();
  tokenizers_.clear();
  parsers_.clear();
  compiler_ = masks_ = nullptr;
  loader_ = nullptr;
  parts_.reset();
  drain_.reset();
}

// -- the start --------------------------------------------------------------------

void supervisor::start() {
  gateways_.resize(factory_.gateway_count);
  for (std::size_t i = 0; i < gateways_.size(); ++i)
    start_gateway(i);
  loader_ = factory_.loader();
  ask<text_loaded>(
      loader_, load_text{}, load_deadline, [this](const text_loaded& m) { on_text(m); },
      [this](const caf::error& reason) {
        fail_service({error_code::internal, "the loader died: " + caf::to_string(reason), {}});
      });
}

void supervisor::on_text(const text_loaded& m) {
  if (m.failure)
    return fail_service(*m.failure);
  this->send_exit(loader_, caf::exit_reason::user_shutdown); // its work is done
  loader_ = nullptr;
  text_ = m.text;
  make_executor_ = m.make_executor;
  engines_.resize(factory_.engine_count);
  for (std::size_t i = 0; i < engines_.size(); ++i)
    start_shard(i);
}

void supervisor::on_executor(std::size_t index, const executor_loaded& m) {
  if (m.failure)
    return fail_service(*m.failure);
  auto& e = engines_[index];
  e.executor = *m.info;
  e.loaded = true;
  watch(e.shard, [this, index](const caf::error& reason) { on_shard_down(index, reason); });
  const bool is_start = !parts_;
  if (!is_start)
    join(e);
  if (std::any_of(engines_.begin(), engines_.end(), [](const auto& each) { return !each.loaded; }))
    return;
  if (is_start)
    start_parts();
  publish_parts();
  if (phase_ != service_phase::draining)
    set_phase(service_phase::ready);
  if (is_start)
    factory_.on_ready();
}

void supervisor::start_parts() {
  tokenizers_.resize(factory_.tokenizer_count);
  for (std::size_t i = 0; i < tokenizers_.size(); ++i)
    start_tokenizer(i);
  parsers_.resize(factory_.parser_count);
  for (std::size_t i = 0; i < parsers_.size(); ++i)
    start_parser(i);
  start_compiler();
  start_masks();
  for (std::size_t i = 0; i < engines_.size(); ++i)
    start_scheduler(i);
}

void supervisor::start_gateway(std::size_t index) {
  gateways_[index] = factory_.gateway(
      index, caf::actor_cast<supervisor_actor>(caf::actor_cast<caf::strong_actor_ptr>(this)));
  watch(gateways_[index], again("gateway", [this, index] { start_gateway(index); }));
  tell(gateways_[index], service_status{phase_, parts_});
}

void supervisor::start_tokenizer(std::size_t index) {
  tokenizers_[index] = factory_.tokenizer(*text_);
  watch(tokenizers_[index], again("tokenizer", [this, index] {
          start_tokenizer(index);
          publish_parts();
        }));
}

void supervisor::start_parser(std::size_t index) {
  parsers_[index] = factory_.parser(*text_);
  watch(parsers_[index], again("parser", [this, index] {
          start_parser(index);
          publish_parts();
        }));
}

void supervisor::start_compiler() {
  compiler_ = factory_.grammar(*text_);
  watch(compiler_, again("grammar", [this] {
          start_compiler();
          publish_parts();
        }));
}

void supervisor::start_masks() {
  masks_ = factory_.grammar(*text_);
  watch(masks_, again("grammar", [this] {
          start_masks();
          for (const auto& e : engines_)
            tell(e.scheduler, grammar_ready{masks_});
        }));
}

void supervisor::start_scheduler(std::size_t index) {
  auto& e = engines_[index];
  e.scheduler = factory_.scheduler(*text_);
  tell(e.scheduler, grammar_ready{masks_});
  watch(e.scheduler, [this, index](const caf::error& reason) { on_scheduler_down(index, reason); });
  join(e);
}

/// The shard is watched once it has loaded: until then its end is the failure of the question.
void supervisor::start_shard(std::size_t index) {
  auto& shard = engines_[index].shard;
  shard = factory_.shard(make_executor_);
  ask<executor_loaded>(
      shard, load_executor{}, load_deadline,
      [this, index](const executor_loaded& m) { on_executor(index, m); },
      [this](const caf::error& reason) {
        fail_service(
            {error_code::internal, "the shard died as it loaded: " + caf::to_string(reason), {}});
      });
}

void supervisor::join(const engine& e) {
  if (e.loaded)
    tell(e.scheduler, shard_ready{e.shard, e.executor});
}

// -- deaths ------------------------------------------------------------------------

void supervisor::on_shard_down(std::size_t index, const caf::error& reason) {
  auto& e = engines_[index];
  e.shard = nullptr;
  e.loaded = false;
  if (!may_restart("shard", e.shard_deaths, reason))
    return;
  if (phase_ != service_phase::draining)
    set_phase(service_phase::rebuilding);
  start_shard(index);
}

/// The shard stays: its weights are valid, and the new scheduler starts with empty slots and pages.
void supervisor::on_scheduler_down(std::size_t index, const caf::error& reason) {
  if (!may_restart("scheduler", engines_[index].scheduler_deaths, reason))
    return;
  start_scheduler(index);
  publish_parts();
}

std::function<void(const caf::error&)> supervisor::again(const char* part,
                                                         std::function<void()> start) {
  return [this, part, start = std::move(start)](const caf::error& reason) {
    auto& budget = deaths_.try_emplace(part, limits::restarts_per_minute_max).first->second;
    if (may_restart(part, budget, reason))
      start();
  };
}

bool supervisor::may_restart(const char* part, restart_budget& budget, const caf::error& reason) {
  if (!budget.spend(now())) {
    fail_service({error_code::model_failed,
                  std::string("the ") + part + " died again within 60 s: " + caf::to_string(reason),
                  {}});
    return false;
  }
  log::warning("supervisor starts the {} again: it died of {}", part, caf::to_string(reason));
  env().metrics().count_actor_restart(part);
  return true;
}

void supervisor::fail_service(error failure) {
  log::error("supervisor ends the service: {}", failure.message);
  factory_.on_failed(failure);
  this->quit(caf::exit_reason::unhandled_exception);
}

// -- what gateways know ---------------------------------------------------------------

void supervisor::publish_parts() {
  auto parts = std::make_shared<service_parts>();
  for (const auto& e : engines_)
    parts->engines.push_back({e.scheduler, e.executor});
  parts->tokenizers = tokenizers_;
  parts->parsers = parsers_;
  parts->compiler = compiler_;
  parts->facts = text_->facts;
  parts->vocabulary = text_->tokenizer;
  parts_ = std::move(parts);
  broadcast();
}

void supervisor::set_phase(service_phase phase) {
  phase_ = phase;
  broadcast();
}

void supervisor::broadcast() {
  for (const auto& gateway : gateways_)
    tell(gateway, service_status{phase_, parts_});
}

// -- the drain -------------------------------------------------------------------------

caf::result<service_drained> supervisor::drain(const drain_service& m) {
  set_phase(service_phase::draining);
  auto inner = this->make_response_promise<service_drained>();
  drain_.emplace(drain_state{runtime::promise<service_drained>(inner),
                             now() + runtime::duration(m.timeout_ms), 0, 0});
  poll_drain();
  return inner;
}

void supervisor::poll_drain() {
  if (!drain_)
    return;
  drain_->open = 0;
  drain_->replies_due = gateways_.size();
  auto counted = [this](std::uint64_t open) {
    if (!drain_)
      return;
    drain_->open += open;
    if (--drain_->replies_due > 0)
      return;
    if (drain_->open > 0 && now() < drain_->deadline) {
      after(drain_poll, [this] { poll_drain(); });
      return;
    }
    if (drain_->open > 0)
      for (const auto& gateway : gateways_)
        tell(gateway, fail_open_requests{{error_code::draining, "the server went down", {}}});
    drain_->answer.deliver(service_drained{drain_->open});
    drain_.reset();
  };
  for (const auto& gateway : gateways_)
    ask<open_count>(
        gateway, count_open{}, runtime::duration(limits::ask_deadline_ms),
        [counted](const open_count& m) mutable { counted(m.requests); },
        [counted](const caf::error&) mutable { counted(0); }); // its requests ended with it
}

} // namespace hadal::server
