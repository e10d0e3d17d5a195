#include "actors/gateway/gateway.hpp"

#include "actors/runtime/spawn.hpp"

namespace hadal::actors {

using namespace protocol;

gateway::gateway(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
                 request_desk& desk, supervisor_actor supervisor)
  : actor_base(cfg, env, pinned), desk_(desk), supervisor_(std::move(supervisor)), unit_(pinned) {}

gateway::behavior_type gateway::make_behavior() {
  desk_.attach(this);
  return {[this](const request_prepared& m) { desk_.on(m); },
          [this](const request_failed& m) { desk_.on(m); },
          [this](const whole_answer& m) { desk_.on(m); },
          [this](const service_status& m) { desk_.on(m); },
          [this](const write_streams&) { desk_.write_streams(); },
          [this](const count_open&) { return open_count{desk_.open_count()}; },
          [this](const fail_open_requests& m) { desk_.on(m); },
          [this](const step_deltas& m) { desk_.on(m); }};
}

void gateway::on_exit() {
  desk_.close_all();
  desk_.attach(nullptr);
  desk_.on(service_status{});
  supervisor_ = nullptr;
  actor_base::on_exit();
}

// Called by the desk, from this actor's handlers and from connections of its io thread.

template <class Session, class Start>
session_actor gateway::start(std::shared_ptr<Start> start) {
  auto exchange = start->links.exchange;
  start->links.gateway =
      caf::actor_cast<gateway_actor>(caf::actor_cast<caf::strong_actor_ptr>(this));
  start->links.supervisor = supervisor_;
  auto session = runtime::spawn_pinned<Session>(system(), env(), unit_, std::move(start));
  watch(session, [this, exchange](const caf::error&) { desk_.session_died(exchange); });
  caf::anon_send(session, begin_request{});
  return session;
}

session_actor gateway::start_session(std::shared_ptr<session_start> start) {
  return this->start<session>(std::move(start));
}

session_actor gateway::start_session(std::shared_ptr<text_session_start> start) {
  return this->start<text_session>(std::move(start));
}

void gateway::tell_session(const session_actor& session, client_gone m) {
  caf::anon_send(session, m);
}

void gateway::tell_session(const session_actor& session, answer_complete m) {
  caf::anon_send(session, m);
}

void gateway::tell_scheduler(const scheduler_actor& scheduler, return_credit m) {
  caf::anon_send(scheduler, std::move(m));
}

void gateway::write_streams_soon() {
  send(this, write_streams{});
}

} // namespace hadal::actors
