#pragma once
// The interface between HTTP and everything above it. net/http owns sockets, parsing, limits and
// timeouts and calls a `handler`; actors/gateway implements it. No Beast type crosses this header.
//
// Threads. Every connection belongs to one io thread; all calls of a handler and on its exchanges
// happen on that thread. One exchange is one request and its answer; a connection carries one
// exchange at a time (pipelined requests wait).
//
// Life. `on_request` passes a shared exchange. The handler answers it with `respond`, or with
// `start_stream`, any number of `write`, and `finish` or `abort`. Before that `on_closed` may be
// called: the client hung up (or the server dropped a reader that is too slow), and later writes
// are not sent. An exchange may outlive its connection. An exchange that is destroyed unanswered is
// answered with 500; in mid-stream the stream is aborted.

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hadal::net {

/// Unique within the process.
enum class exchange_id : std::uint64_t {};

struct header_field {
  std::string name;
  std::string value;
};

struct http_request {
  std::string method; // "GET", as sent
  std::string target; // path and query, percent-encoding untouched
  std::vector<header_field> headers;
  std::string body;

  /// Value of the first header of this name (case-insensitive), or empty.
  std::string_view header(std::string_view name) const noexcept;
  /// Target without the query.
  std::string_view path() const noexcept;
};

struct http_response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::vector<header_field>
      headers; // further headers; the connection adds Content-Length, Date, Connection
  std::string body;
};

/// With a charset: some clients read text without one as Latin-1.
inline constexpr std::string_view event_stream_type = "text/event-stream; charset=utf-8";

class exchange {
public:
  virtual ~exchange() = default;

  virtual exchange_id id() const noexcept = 0;
  virtual const http_request& request() const noexcept = 0;

  /// The request's body, moved out: `request().body` is empty from then on. A handler takes and
  /// frees the body before the answer begins, which may last for hours.
  virtual std::string take_body() = 0;

  /// True once the peer is gone; all functions below then do nothing.
  virtual bool closed() const noexcept = 0;

  /// Sends a whole answer and ends the exchange.
  virtual void respond(http_response response) = 0;

  /// Starts a chunked answer, of server-sent events by default. Nothing is sent before the first
  /// `write`.
  virtual void start_stream(std::vector<header_field> headers = {},
                            std::string_view content_type = event_stream_type) = 0;

  /// Queues bytes of the stream. Several writes before the socket is ready are sent as one chunk.
  virtual void write(std::string_view bytes) = 0;

  /// Bytes queued and not yet passed to the socket.
  virtual std::size_t backlog_bytes() const noexcept = 0;

  /// Ends the stream properly (last chunk) after the queued bytes are sent.
  virtual void finish() = 0;

  /// Ends the stream improperly: sends the queued bytes, then closes the connection without the
  /// last chunk.
  virtual void abort() = 0;
};
using exchange_ptr = std::shared_ptr<exchange>;

class handler {
public:
  virtual ~handler() = default;

  /// The answer that tells a client of `e`. The server sends it where it refuses input itself or
  /// where an exchange is given up: the words are those of the handler's API.
  virtual http_response error_answer(const error& e) const = 0;

  /// A whole request has arrived within its limits.
  virtual void on_request(exchange_ptr ex) = 0;

  /// The exchange ended before its answer was complete: the client is gone or was cut off.
  virtual void on_closed(exchange_id id) = 0;

  /// The server refused input of a client with this status: no valid request, too large, too slow,
  /// or too many connections. For counting only.
  virtual void on_refused(unsigned /*status*/) {}

  /// Bytes of a stream were sent; its `backlog_bytes` is now `backlog`.
  virtual void on_drained(exchange_id id, std::size_t backlog) = 0;
};

} // namespace hadal::net
