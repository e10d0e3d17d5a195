#pragma once
// The calls of a desk and its streams to actors, as an interface: the gateway implements it, and
// tests do without actors.

#include "actors/protocol/scheduler.hpp"
#include "actors/protocol/session.hpp"
#include "actors/session/session.hpp"
#include "actors/session/text_session.hpp"

#include <memory>

namespace hadal::actors {

class desk_links {
public:
  virtual ~desk_links() = default;

  /// Starts the session of a request; its links to gateway and supervisor are filled in.
  virtual protocol::session_actor start_session(std::shared_ptr<session_start> start) = 0;
  virtual protocol::session_actor start_session(std::shared_ptr<text_session_start> start) = 0;

  virtual void tell_session(const protocol::session_actor& session, protocol::client_gone m) = 0;
  virtual void tell_session(const protocol::session_actor& session,
                            protocol::answer_complete m) = 0;
  virtual void tell_scheduler(const protocol::scheduler_actor& scheduler,
                              protocol::return_credit m) = 0;

  /// Calls `write_streams` after the messages that have already arrived.
  virtual void write_streams_soon() = 0;
};

} // namespace hadal::actors
