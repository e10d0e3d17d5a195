#pragma once
// A real http_server on loopback whose handler does what the path says. Its io threads run until
// the object is destroyed.
//
//   /echo      answers with "METHOD TARGET\n" and the body
//   /take      moves the body out of the request, and answers with it and with what is left
//   /hold      keeps the exchange until the test answers it
//   /stream    sends "data: 0\n\n" ... "data: 9\n\n" and finishes
//   /open      starts a stream with one event and keeps it for the test
//   /flood     writes 64 KiB pieces until the exchange is closed or 4,096 were written
//   /big       answers with 4 MiB
//   /drop      drops the exchange without an answer
//   /drop-open starts a stream and drops it
//   /throw     throws
// Anything else is 404.

#include "net/http/server.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hadal::test {

class scripted_server {
public:
  explicit scripted_server(net::http_server_options options = {}, std::size_t workers = 1);
  ~scripted_server();

  std::uint16_t port() const;
  net::http_server& server();

  /// Waits until `count` exchanges are held, in order of arrival; false after 10 s.
  bool wait_held(std::size_t count);
  /// Runs `action` on the io thread with the held exchange of this index.
  void with_held(std::size_t index, const std::function<void(net::exchange&)>& action);
  /// Forgets the held exchanges, on the io thread.
  void release_held();

  std::size_t requests() const;
  std::size_t closed() const;
  std::size_t refused() const;
  std::size_t drained() const;
  /// The largest backlog that /flood has seen.
  std::size_t flood_backlog_max() const;
  /// Waits until on_closed was called `count` times; false after 10 s.
  bool wait_closed(std::size_t count);
  bool wait_connections(std::size_t count);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Polls until `condition` is true; false after 10 s.
bool eventually(const std::function<bool()>& condition);

} // namespace hadal::test
