#pragma once
// One socket. For the sources of this folder only.
//
// A coroutine reads: it waits for a request under a deadline, passes it to the handler, and
// continues to read until the answer is sent, so that it notices when the client leaves; early
// bytes of the next request wait in the buffer up to a bound. Writes go through a queue: bytes
// written while the socket is busy are sent together. All code runs on the thread of the worker.

#include "net/http/asio.hpp"
#include "net/http/connection_exchange.hpp"
#include "net/http/request_parser.hpp"
#include "net/http/response_head.hpp"
#include "net/http/server_core.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

class connection : public std::enable_shared_from_this<connection> {
public:
  connection(tcp::socket socket, std::shared_ptr<server_core> core, worker_state& worker);
  ~connection();

  /// Serves requests until the connection ends.
  void start();
  /// Answers any request with 503 `queue_full` and ends.
  void start_refusing();

  /// Ends the connection if it waits for a request.
  void close_if_idle();
  /// Ends the connection; a pending exchange gets on_closed.
  void close_now();

  // Called by its exchange.
  void respond(http_response response);
  void start_stream(std::vector<header_field> headers, std::string_view content_type);
  void write(std::string_view bytes);
  std::size_t backlog_bytes() const noexcept;
  void finish();
  void abort();
  /// The exchange was destroyed without an answer.
  void exchange_dropped();

private:
  using clock = std::chrono::steady_clock;

  enum class read_outcome : std::uint8_t {
    bytes,     // input_ has grown
    woken,     // something else has changed
    timed_out, // the deadline has passed
    ended,     // the client will send no more
    failed     // the socket is dead
  };

  // Reading.
  asio::awaitable<void> run();
  asio::awaitable<void> run_refusing();
  asio::awaitable<std::optional<request_parser>> read_request();
  asio::awaitable<read_outcome> read_some();
  asio::awaitable<void> answer_sent();
  asio::awaitable<void> linger();
  asio::awaitable<void> sleep_until(clock::time_point when);
  std::optional<error> parse_input(std::optional<request_parser>& parser);
  error early_end(read_outcome outcome) const;
  void dispatch(request_parser& parser);
  void refuse(const error& e);
  void note_origin(const std::optional<request_parser>& parser);
  void set_deadline(std::chrono::milliseconds from_now);
  void clear_deadline();
  void wake();
  void finish_run();
  std::string_view input() const noexcept { return std::string_view(input_).substr(input_begin_); }
  void consume_input(std::size_t bytes);

  // Writing.
  void queue_head(const http_response& response, body_framing framing);
  void end_answer();
  void flush();
  void write_flight();
  void on_written(system_error_code ec, std::size_t bytes);
  void watch_stall(clock::time_point when);
  bool output_empty() const noexcept;

  /// The peer is gone or must be dropped: closes the socket and tells a pending exchange.
  void lose_peer();
  /// As lose_peer, and discards bytes that the system still buffers for the client.
  void cut_peer();

  tcp::socket socket_;
  std::shared_ptr<server_core> core_;
  worker_state& worker_;

  // Reading.
  std::string input_; // bytes not parsed yet, from input_begin_ on
  std::size_t input_begin_ = 0;
  asio::cancellation_signal read_cancel_;
  asio::steady_timer deadline_timer_;
  asio::steady_timer sleep_timer_;
  std::uint64_t deadline_generation_ = 0;
  bool timed_out_ = false;
  bool first_request_ = true;
  bool waiting_for_request_ = false; // no byte of the request has arrived
  bool no_more_requests_ = false;
  bool client_ended_ = false; // it has shut down its side

  // The exchange and its answer.
  connection_exchange* current_ = nullptr; // null when nothing more will be written for it
  exchange_id current_id_{};
  std::optional<std::string> origin_; // of the current request; nullopt: not read
  bool head_request_ = false;
  bool http_1_1_ = true;
  bool keep_alive_ = true;
  bool streaming_ = false;
  body_framing framing_ = body_framing::length;

  // Writing.
  std::string queued_; // bytes to be sent as they are
  std::string body_;   // bytes of the stream, framed when they are sent, after queued_
  std::string flight_; // bytes being sent, from flight_sent_ on
  std::size_t flight_sent_ = 0;
  bool writing_ = false;
  bool last_chunk_due_ = false;
  asio::steady_timer stall_timer_;
  bool stall_watched_ = false;
  clock::time_point last_progress_{};
  bool peer_lost_ = false;
};

} // namespace hadal::net
