#pragma once
// What the sessions of all requests share (actors/protocol/session.hpp): they ask a tokenizer, and
// another one if it dies, and they end with an answer, with a failure or because the client left.

#include "actors/protocol/gateway.hpp"
#include "actors/protocol/service.hpp"
#include "actors/protocol/session.hpp"
#include "actors/protocol/supervisor.hpp"
#include "actors/runtime/actor_base.hpp"
#include "base/limits.hpp"

#include <functional>
#include <memory>

namespace hadal::actors {

/// What every session is told when it is spawned.
struct session_links {
  net::exchange_id exchange{};
  request_id request{};
  std::shared_ptr<const protocol::service_parts> parts;
  protocol::gateway_actor gateway;
  protocol::supervisor_actor supervisor;
};

class session_base : public runtime::actor_base<protocol::session_actor> {
public:
  const char* name() const override { return "session"; }
  behavior_type make_behavior() override;
  void on_exit() override;

protected:
  static constexpr runtime::duration ask_deadline{limits::ask_deadline_ms};

  session_base(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
               session_links links);

  /// The first message.
  virtual void begin() = 0;

  /// The session is about to end before its answer is complete: takes back what it asked of others.
  virtual void withdraw() = 0;

  const session_links& links() const noexcept { return links_; }
  /// The one that runs the request's sequences, from the beginning to the end.
  const protocol::engine_part& engine() const;
  const protocol::tokenizer_actor& some_tokenizer() const;

  /// Calls `then` with the encoded prompt. A failure ends the session instead.
  void encode(std::shared_ptr<const protocol::prompt_source> source, bool want_text,
              std::function<void(const protocol::encoded_prompt&)> then);

  static error peer_failure(const char* peer);
  void fail_request(error failure);
  void end();

private:
  void encode_at(const protocol::tokenizer_actor& tokenizer, const protocol::encode_prompt& m,
                 std::function<void(const protocol::encoded_prompt&)> then, bool first_try);

  session_links links_;
};

} // namespace hadal::actors
