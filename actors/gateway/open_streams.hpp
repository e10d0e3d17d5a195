#pragma once
// The requests of one io thread that have a session: it owns their answers, the order of their
// writes, and the credit that goes back to their schedulers. The desk opens them and passes what
// messages and connections bring. No clock: the caller passes the time.
//
// Deltas are added to a buffer per stream and written by `write`, one write per stream however many
// messages have added to it. A write may end its exchange, and then the request is gone when the
// write returns. The session of a request is told once how it ended: `answer_complete`, or
// `client_gone` for every other end. A whole answer comes from the session itself.

#include "actors/gateway/answer.hpp"
#include "actors/gateway/desk_links.hpp"
#include "actors/gateway/key_ledger.hpp"
#include "actors/gateway/request_metrics.hpp"
#include "actors/gateway/stream_credit.hpp"
#include "actors/protocol/gateway.hpp"
#include "net/http/handler.hpp"
#include "net/openai/route.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace hadal::actors {

/// An admitted request.
struct admitted_request {
  net::exchange_ptr ex;
  net::route route{};
  std::optional<actors::answer> answer; // of generation requests
  std::chrono::steady_clock::time_point arrived;
  key_place place; // released before the last bytes are sent
};

class open_streams {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit open_streams(net::metrics& metrics) : metrics_(metrics) {}

  /// Set before the first request is opened; null once the gateway has died.
  void attach(desk_links* links) noexcept { links_ = links; }

  void open(admitted_request request, protocol::session_actor session);
  std::size_t size() const noexcept { return open_.size(); }

  // -- connections ---------------------------------------------------------------

  /// The client is gone.
  void on_closed(net::exchange_id id);

  /// Bytes of the stream have been sent.
  void on_drained(net::exchange_id id);

  // -- messages; those for a request that is not open are ignored ---------------------

  void on(const protocol::request_prepared& m, time_point now);
  void on(const protocol::step_deltas& m, time_point now);
  void on(const protocol::whole_answer& m);

  /// Writes what has been added, and returns the credit that this makes due.
  void write();

  /// A failure before the first token is an answer with its own status; a later one ends the stream
  /// with an error event.
  void fail(net::exchange_id id, const error& failure);
  void fail_all(const error& failure);

  /// Cuts every stream off: the gateway has died.
  void abort_all();

private:
  struct stream {
    stream(admitted_request request, protocol::session_actor session);

    std::uint32_t choices() const noexcept { return answer ? answer->layout().choices() : 0; }

    net::exchange_ptr ex;
    net::route route;
    std::optional<actors::answer> answer;
    protocol::session_actor session;
    protocol::scheduler_actor scheduler; // of its sequences, once the prompts are encoded
    std::vector<net::header_field> headers;
    time_point arrived;
    key_place place;
    token_meter meter;
    stream_credit credit;
    std::string out;           // events that wait for `write`
    bool started = false;      // its head is written
    bool is_unwritten = false; // in unwritten_
  };

  /// Credit for one scheduler.
  struct due_credit {
    protocol::scheduler_actor scheduler;
    protocol::return_credit credit;
  };

  void add(stream& request, const protocol::sequence_delta& delta, time_point now);
  void finish(net::exchange_id id, stream& request, time_point now);
  void flush(stream& request);
  static void collect(stream& request, std::vector<due_credit>& due);
  void return_all(std::vector<due_credit> due);

  net::metrics& metrics_;
  desk_links* links_ = nullptr;
  std::unordered_map<net::exchange_id, stream> open_;
  std::vector<net::exchange_id> unwritten_; // requests that messages have added to
  std::string writing_;                     // buffer of the events being written, reused
};

} // namespace hadal::actors
