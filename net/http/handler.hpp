#pragma once
// The seam between HTTP and everything above it. net/http owns sockets, parsing, limits and
// timeouts and calls a `handler`; actors/gateway implements it. No Beast type crosses this header.
//
// Threads. Every connection belongs to one io thread; all calls of a handler and on its exchanges
// happen on that thread. One exchange is one request and its answer; a connection carries one
// exchange at a time (pipelined requests wait).
//
// Life. `on_request` hands over a shared exchange. The handler answers it with `respond`, or with
// `start_stream`, any number of `write`, and `finish` or `abort`. Until then `on_closed` may come
// instead: the client hung up (or the server cut a reader that is too slow) and nothing that is
// written is sent any more. An exchange may outlive its connection. One that is let go unanswered
// is answered with 500; one let go in mid-stream is aborted.

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
      headers; // further ones; Content-Length, Date, Connection are the connection's
  std::string body;
};

/// With its charset: some clients read a text without one as Latin-1.
inline constexpr std::string_view event_stream_type = "text/event-stream; charset=utf-8";

class exchange {
public:
  virtual ~exchange() = default;

  virtual exchange_id id() const noexcept = 0;
  virtual const http_request& request() const noexcept = 0;

  /// The request's body, moved out: `request().body` is empty from then on. Who decodes a body lets
  /// it go before the answer begins, which may last for hours.
  virtual std::string take_body() = 0;

  /// True once the peer is gone; everything below is then a no-op.
  virtual bool closed() const noexcept = 0;

  /// Sends a whole answer and ends the exchange.
  virtual void respond(http_response response) = 0;

  /// Starts a chunked answer of server-sent events unless said otherwise. Bytes leave with the
  /// first `write`.
  virtual void start_stream(std::vector<header_field> headers = {},
                            std::string_view content_type = event_stream_type) = 0;

  /// Queues bytes of the stream. Several writes before the socket is ready leave as one chunk.
  virtual void write(std::string_view bytes) = 0;

  /// Bytes queued and not yet handed to the socket.
  virtual std::size_t backlog_bytes() const noexcept = 0;

  /// Ends the stream properly (last chunk), after what is queued has left.
  virtual void finish() = 0;

  /// Ends the stream improperly: what is queued is sent, then the connection closes without the
  /// last chunk.
  virtual void abort() = 0;
};
using exchange_ptr = std::shared_ptr<exchange>;

class handler {
public:
  virtual ~handler() = default;

  /// A whole request has arrived within its limits.
  virtual void on_request(exchange_ptr ex) = 0;

  /// The exchange ended before its answer was complete: the client is gone or was cut off.
  virtual void on_closed(exchange_id id) = 0;

  /// The server itself refused what a client sent, with this status: it was no request, or too
  /// large, too slow, one connection too many. For counting only.
  virtual void on_refused(unsigned /*status*/) {}

  /// Bytes of a stream left the process; `backlog_bytes` of it is now `backlog`.
  virtual void on_drained(exchange_id id, std::size_t backlog) = 0;
};

} // namespace hadal::net
