#pragma once
// The actor of one io thread (actors/protocol/gateway.hpp): passes messages to its desk and starts
// sessions for it.

#include "actors/gateway/request_desk.hpp"
#include "actors/protocol/gateway.hpp"
#include "actors/runtime/actor_base.hpp"

namespace hadal::actors {

class gateway final : public runtime::actor_base<protocol::gateway_actor>, private desk_links {
public:
  /// `pinned` is the unit of the io thread that owns `desk`; both outlive the actor.
  gateway(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
          request_desk& desk, protocol::supervisor_actor supervisor);

  const char* name() const override { return "gateway"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  protocol::session_actor start_session(std::shared_ptr<session_start> start) override;
  protocol::session_actor start_session(std::shared_ptr<text_session_start> start) override;
  template <class Session, class Start>
  protocol::session_actor start(std::shared_ptr<Start> start);
  void tell_session(const protocol::session_actor& session, protocol::client_gone m) override;
  void tell_session(const protocol::session_actor& session, protocol::answer_complete m) override;
  void tell_scheduler(const protocol::scheduler_actor& scheduler,
                      protocol::return_credit m) override;
  void write_streams_soon() override;

  request_desk& desk_;
  protocol::supervisor_actor supervisor_;
  caf::execution_unit* unit_;
};

} // namespace hadal::actors
