#pragma once
// A plain HTTP client for the program's own commands and for tests: one connection per request,
// answers whole or in pieces, every wait bounded. Calls block; a call closes its connection when it
// returns, so an interrupted call cancels its request at the server.

#include "base/result.hpp"
#include "net/client/server_url.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace hadal::net::client {

struct client_request {
  std::string method = "GET";
  std::string target;  // "/v1/models"; appended to the URL's base
  std::string api_key; // empty: no Authorization header
  std::string body;    // JSON; empty: none
};

struct client_answer {
  unsigned status = 0;
  std::string body; // empty if the pieces went to a sink
};

struct client_timeouts {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds silence{300'000}; // longest time without a byte in either direction
};

/// Takes bytes of a streamed body in order. An error ends the call with that error.
using body_sink = std::function<result<void>(std::string_view bytes)>;

/// Called about 20 times per second while a call waits; true ends the call.
using interruption = std::function<bool()>;

class http_client {
public:
  static constexpr std::size_t body_bytes_max = 64 * 1024 * 1024; // of a whole answer

  explicit http_client(server_url url, client_timeouts timeouts = {})
    : url_{std::move(url)}, timeouts_{timeouts} {}

  const server_url& url() const noexcept { return url_; }

  /// Sends a request and takes the whole answer, whatever its status.
  /// Errors: io_error (no connection, or it broke), deadline_exceeded, cancelled (interrupted),
  /// bad_protocol (the answer is not HTTP, or over body_bytes_max).
  result<client_answer> send(const client_request& request,
                             const interruption& interrupted = {}) const;

  /// The same, but the body of a 200 goes to `sink` as it arrives. A body that ends early (its
  /// length or its last chunk is missing) is an io_error, not an end.
  result<client_answer> stream(const client_request& request, const body_sink& sink,
                               const interruption& interrupted = {}) const;

private:
  server_url url_;
  client_timeouts timeouts_;
};

} // namespace hadal::net::client
