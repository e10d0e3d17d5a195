#pragma once
// The requests of one io thread: takes them from net/http, answers at once what needs no model or
// is refused, and opens the rest as streams with a session each. All code runs on that io thread;
// the gateway actor translates messages into calls. The desk survives its gateway: when that actor
// dies every open request is closed, and the next gateway uses the same desk.

#include "actors/gateway/desk_links.hpp"
#include "actors/gateway/open_streams.hpp"
#include "actors/gateway/server_config.hpp"
#include "actors/protocol/gateway.hpp"
#include "actors/runtime/environment.hpp"
#include "net/http/handler.hpp"
#include "net/openai/route.hpp"

#include <memory>
#include <optional>

namespace hadal::actors {

class request_desk final : public net::handler {
public:
  request_desk(std::shared_ptr<const server_config> config, runtime::environment& env);
  ~request_desk() override;

  /// Sets the gateway of the desk; with null new requests are refused.
  void attach(desk_links* links) noexcept;

  // -- net::handler -------------------------------------------------------------

  net::http_response error_answer(const error& e) const override;
  void on_request(net::exchange_ptr ex) override;
  void on_closed(net::exchange_id id) override;
  void on_drained(net::exchange_id id, std::size_t backlog) override;
  void on_refused(unsigned status) override;

  // -- the gateway's messages ------------------------------------------------------

  void on(const protocol::step_deltas& m);
  void write_streams();
  void on(const protocol::request_prepared& m);
  void on(const protocol::request_failed& m);
  void on(const protocol::whole_answer& m);
  void on(const protocol::service_status& m);
  void on(const protocol::fail_open_requests& m);
  void session_died(net::exchange_id id);

  /// Closes every open request when the gateway has died.
  void close_all();

  std::size_t open_count() const noexcept { return streams_.size(); }
  const protocol::service_status& status() const noexcept { return status_; }

private:
  void serve(const net::exchange_ptr& ex);
  void start(const net::exchange_ptr& ex, net::route route);
  template <class Request>
  void start_completion(const net::exchange_ptr& ex, net::route route, Request request);
  void start_generate(const net::exchange_ptr& ex, net::generate_request request);
  template <class Request>
  void start_text(const net::exchange_ptr& ex, net::route route, Request request);

  template <class Request>
  void begin_generation(const net::exchange_ptr& ex, net::route route, Request request);
  template <class Start>
  void begin_session(admitted_request request, std::shared_ptr<Start> start);

  std::optional<error> refusal() const;
  bool take_place(admitted_request& request);
  session_links links_of(const admitted_request& request);
  void refuse(const net::exchange_ptr& ex, net::route route, const error& why);

  std::shared_ptr<const server_config> config_;
  runtime::environment& env_;
  desk_links* links_ = nullptr;
  protocol::service_status status_;
  open_streams streams_;
};

} // namespace hadal::actors
