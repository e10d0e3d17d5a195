#pragma once
// The requests of one io thread: takes them from net/http, refuses or starts them, writes their
// answers, and handles clients that leave. All code runs on that io thread; the gateway actor
// translates messages into calls. The desk survives its gateway: when that actor dies every open
// request is closed, and the next gateway uses the same desk.

#include "actors/gateway/answer.hpp"
#include "actors/gateway/server_config.hpp"
#include "actors/protocol/gateway.hpp"
#include "actors/protocol/session.hpp"
#include "actors/session/session.hpp"
#include "net/http/handler.hpp"
#include "net/openai/route.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hadal::actors {

/// The ends of a choice that `hadal_requests_total` counts.
inline constexpr std::array<std::string_view, 4> finish_labels = {"stop", "length", "tool_calls",
                                                                  "error"};

/// The calls of the desk to actors, as an interface for tests without actors.
class desk_links {
public:
  virtual ~desk_links() = default;
  virtual protocol::session_actor start_session(std::shared_ptr<session_start> start) = 0;
  virtual void tell_session(const protocol::session_actor& session, protocol::client_gone m) = 0;
  virtual void tell_session(const protocol::session_actor& session,
                            protocol::answer_complete m) = 0;
  virtual void tell_scheduler(protocol::return_credit m) = 0;

  /// Calls `write_streams` after the messages that have already arrived.
  virtual void write_streams_soon() = 0;
};

class request_desk final : public net::handler {
public:
  request_desk(std::shared_ptr<const server_config> config, runtime::environment& env);
  ~request_desk() override;

  /// Sets the gateway of the desk; with null new requests are refused.
  void attach(desk_links* links) noexcept { links_ = links; }

  // -- net::handler -------------------------------------------------------------

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

  std::size_t open_count() const noexcept { return open_.size(); }
  const protocol::service_status& status() const noexcept { return status_; }

private:
  struct unread_tokens {
    sequence_id sequence{};
    std::uint32_t tokens = 0;    // written, but not yet returned as credit
    std::uint32_t completed = 0; // completion tokens so far
    std::chrono::steady_clock::time_point last{};
  };

  struct open_request {
    net::exchange_ptr ex;
    net::route route{};
    std::optional<actors::answer> answer; // of generation requests
    protocol::session_actor session;
    bool stream_started = false;
    std::vector<net::header_field> headers;
    std::vector<unread_tokens> unread; // by choice
    std::chrono::steady_clock::time_point arrived;
    std::string out;           // events that wait for write_streams
    bool is_unwritten = false; // in unwritten_
    key_place place;           // released before the last bytes are sent
  };

  void serve(const net::exchange_ptr& ex);
  void serve_fixed(const net::exchange_ptr& ex, net::route route, const std::string& model_id);
  void start(const net::exchange_ptr& ex, net::route route);
  template <class Request>
  void start_generation(const net::exchange_ptr& ex, net::route route, Request request);
  void parse_text(const net::exchange_ptr& ex, net::route route, std::string_view body);
  void start_generate(const net::exchange_ptr& ex, net::generate_request request);
  net::http_response server_info() const;
  void start_text(const net::exchange_ptr& ex, net::route route, request_body body,
                  const std::string& model);
  void begin_session(open_request request, request_body body);
  std::optional<key_refusal> take_place(open_request& request) const;

  result<void> check_name(const std::string& model) const;
  result<void> check_processor(const net::generation_fields& fields) const;
  std::optional<error> refusal() const;
  /// `id` names the answer in X-Request-Id if the client gave no name.
  void respond(const net::exchange_ptr& ex, std::optional<net::route> route,
               net::http_response response, std::string_view id = {});
  void respond_error(const net::exchange_ptr& ex, std::optional<net::route> route, const error& e);

  void add(open_request& request, const protocol::sequence_delta& delta,
           std::chrono::steady_clock::time_point now);
  void finish(net::exchange_id id, open_request& request);
  void fail_open(net::exchange_id id, const error& failure);
  void flush(open_request& request);
  void note_tokens(open_request& request, const protocol::sequence_delta& delta,
                   std::chrono::steady_clock::time_point now);
  void collect_credit(open_request& request, protocol::return_credit& credit);

  std::shared_ptr<const server_config> config_;
  runtime::environment& env_;
  desk_links* links_ = nullptr;
  protocol::service_status status_;
  std::unordered_map<net::exchange_id, open_request> open_;
  std::vector<net::exchange_id> unwritten_; // requests that messages have added to
  std::string writing_;                     // buffer of the events being written, reused
};

} // namespace hadal::actors
