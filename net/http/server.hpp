#pragma once
// The listener and its connections. Connections run as coroutines on the given io contexts; the
// server starts no thread. Accepted sockets are assigned to workers round robin: the handler of a
// connection is called only on the thread of its io context (exactly one thread may run an io
// context).
//
// Requests that a connection refuses (limits, timeouts, anything but strict HTTP/1.x) are answered
// with OpenAI's error body and `Connection: close`, and do not reach the handler.
//
// To end: stop_accepting, close_idle (drain), and after the drain timeout close_all; then run the
// io contexts until connection_count() is 0, or stop them. The server and the handlers must outlive
// the io contexts' last run.

#include "base/limits.hpp"
#include "base/result.hpp"
#include "net/http/cors.hpp"
#include "net/http/handler.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace hadal::net {

struct http_server_options {
  std::string address = "127.0.0.1"; // IPv4 or IPv6 literal, or a name
  std::uint16_t port = 0;            // 0: the system picks
  std::size_t header_bytes_max = limits::header_bytes_max;
  std::size_t header_fields_max = limits::header_fields_max;
  std::size_t body_bytes_max = limits::body_bytes_max;
  std::size_t connections_max = limits::connections_max;
  std::chrono::milliseconds read_timeout{
      limits::read_timeout_ms}; // first byte to last of a request
  std::chrono::milliseconds keep_alive_timeout{limits::keep_alive_timeout_ms};
  std::size_t stream_backlog_bytes_max = limits::stream_backlog_bytes_max;
  std::chrono::milliseconds stream_stall_timeout{limits::stream_stall_timeout_ms};
  std::chrono::milliseconds linger_timeout{5'000}; // for the rest of a request that was refused
  cors_policy cors{};                              // pages that may read answers
};

struct http_worker {
  boost::asio::io_context& io;
  handler& requests;
};

class http_server {
public:
  http_server(http_server_options options, std::vector<http_worker> workers);
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// Binds, listens and accepts. Errors: io_error (names the address).
  result<void> start();

  /// The port that was bound; 0 before start.
  std::uint16_t bound_port() const noexcept;

  // The rest may be called from any thread.

  /// Closes the listening socket. Connections continue.
  void stop_accepting();

  /// Closes connections that wait for a request; from now on each answer is the last of its
  /// connection.
  void close_idle();

  /// Closes every connection at once; pending exchanges get on_closed.
  void close_all();

  /// Open connections, including those refused because there are too many.
  std::size_t connection_count() const noexcept;

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace hadal::net
