#include "actors/server/supervisor.hpp"

#include "base/limits.hpp"

namespace hadal::server {

using namespace protocol;

namespace {

constexpr std::chrono::seconds death_window{60};
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
  stop(scheduler_);
  stop(shard_);
  for (const auto& parser : parsers_)
    stop(parser);
  for (const auto& tokenizer : tokenizers_)
    stop(tokenizer);
  stop(compiler_);
  stop(masks_);
  stop(loader_);
  // Parts hold this actor's handle too: releasing theirs breaks the cycles of references.
  gateways_.clear();
  tokenizers_.clear();
  parsers_.clear();
  compiler_ = nullptr;
  masks_ = nullptr;
  loader_ = nullptr;
  scheduler_ = nullptr;
  shard_ = nullptr;
  parts_.reset();
  drain_.reset();
}

// -- the start --------------------------------------------------------------------

void supervisor::start() {
  gateways_.resize(factory_.gateway_count);
  for (std::size_t i = 0; i < gateways_.size(); ++i)
    start_gateway(i);
  loader_ = factory_.loader();
  load();
}

void supervisor::load() {
  ask<loaded_model>(
      loader_, load_model{}, load_deadline, [this](const loaded_model& m) { on_loaded(m); },
      [this](const caf::error& reason) {
        fail_service({error_code::internal, "the loader died: " + caf::to_string(reason), {}});
      });
}

void supervisor::on_loaded(const loaded_model& m) {
  if (m.failure)
    return fail_service(*m.failure);
  if (!text_)
    start_parts(m);
  start_shard(m);
  publish_parts();
  tell(scheduler_, shard_ready{shard_, executor_});
  if (phase_ != service_phase::draining)
    set_phase(service_phase::ready);
  if (!announced_) {
    announced_ = true;
    factory_.on_ready();
  }
}

void supervisor::start_parts(const loaded_model& m) {
  text_ = m.text;
  tokenizers_.resize(factory_.tokenizer_count);
  for (std::size_t i = 0; i < tokenizers_.size(); ++i)
    start_tokenizer(i);
  parsers_.resize(factory_.parser_count);
  for (std::size_t i = 0; i < parsers_.size(); ++i)
    start_parser(i);
  start_compiler();
  start_masks();
  start_scheduler();
}

void supervisor::start_gateway(std::size_t index) {
  gateways_[index] = factory_.gateway(
      index, caf::actor_cast<supervisor_actor>(caf::actor_cast<caf::strong_actor_ptr>(this)));
  watch(gateways_[index], [this, index](const caf::error& reason) {
    if (may_restart("gateway", limits::restarts_per_minute_max, reason))
      start_gateway(index);
  });
  tell(gateways_[index], service_status{phase_, parts_});
}

void supervisor::start_tokenizer(std::size_t index) {
  tokenizers_[index] = factory_.tokenizer(*text_);
  watch(tokenizers_[index], [this, index](const caf::error& reason) {
    if (!may_restart("tokenizer", limits::restarts_per_minute_max, reason))
      return;
    start_tokenizer(index);
    publish_parts();
  });
}

void supervisor::start_parser(std::size_t index) {
  parsers_[index] = factory_.parser(*text_);
  watch(parsers_[index], [this, index](const caf::error& reason) {
    if (!may_restart("parser", limits::restarts_per_minute_max, reason))
      return;
    start_parser(index);
    publish_parts();
  });
}

void supervisor::start_compiler() {
  compiler_ = factory_.grammar(*text_);
  watch(compiler_, [this](const caf::error& reason) {
    if (!may_restart("grammar", limits::restarts_per_minute_max, reason))
      return;
    start_compiler();
    publish_parts();
  });
}

void supervisor::start_masks() {
  masks_ = factory_.grammar(*text_);
  watch(masks_, [this](const caf::error& reason) {
    if (!may_restart("grammar", limits::restarts_per_minute_max, reason))
      return;
    start_masks();
    if (scheduler_)
      tell(scheduler_, grammar_ready{masks_});
  });
}

void supervisor::start_scheduler() {
  scheduler_ = factory_.scheduler(*text_);
  tell(scheduler_, grammar_ready{masks_});
  watch(scheduler_, [this](const caf::error& reason) { on_scheduler_down(reason); });
}

void supervisor::start_shard(const loaded_model& m) {
  executor_ = (*m.executor)->info();
  shard_ = factory_.shard(m);
  watch(shard_, [this](const caf::error& reason) { on_shard_down(reason); });
}

// -- deaths ------------------------------------------------------------------------

void supervisor::on_shard_down(const caf::error& reason) {
  shard_ = nullptr;
  if (!may_restart("shard", 1, reason))
    return;
  if (phase_ != service_phase::draining)
    set_phase(service_phase::rebuilding);
  load();
}

void supervisor::on_scheduler_down(const caf::error& reason) {
  scheduler_ = nullptr;
  if (!may_restart("scheduler", 1, reason))
    return;
  start_scheduler();
  if (shard_) // its weights are valid; the new scheduler starts with empty slots and pages
    tell(scheduler_, shard_ready{shard_, executor_});
  publish_parts();
}

bool supervisor::may_restart(const char* part, std::size_t most, const caf::error& reason) {
  auto& deaths = deaths_[part];
  auto at = now();
  while (!deaths.empty() && deaths.front() + death_window < at)
    deaths.pop_front();
  deaths.push_back(at);
  if (deaths.size() > most) {
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
  parts->scheduler = scheduler_;
  parts->tokenizers = tokenizers_;
  parts->parsers = parsers_;
  parts->compiler = compiler_;
  parts->executor = executor_;
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
