#pragma once
// A server for tests of clients: accepts one connection after the other on a loopback port, reads a
// whole request, writes the bytes prepared for it and closes. It interprets nothing.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hadal::testing {

/// What happens on one connection once its request has been read.
struct canned_answer {
  std::vector<std::string> pieces;             // written one by one
  std::function<void()> before_next = nullptr; // called before each piece but the first
  bool hold_open = false;                      // then waits for the client to close
};

class canned_server {
public:
  /// One answer per connection, in order; later connections are closed without an answer.
  explicit canned_server(std::vector<canned_answer> answers);
  ~canned_server();
  canned_server(const canned_server&) = delete;
  canned_server& operator=(const canned_server&) = delete;

  std::uint16_t port() const noexcept { return port_; }

  /// The requests so far, header and body as received.
  std::vector<std::string> requests() const;

  /// Connections on which the client hung up while the server held them open.
  int hang_ups() const noexcept { return hang_ups_; }

private:
  void run();
  void serve(int connection, const canned_answer& answer);

  std::vector<canned_answer> answers_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex guard_; // of requests_
  std::vector<std::string> requests_;
  std::atomic<int> hang_ups_{0};
  std::thread thread_;
};

/// A 200 with a chunked body, one chunk per piece, and its end.
canned_answer chunked(std::vector<std::string> pieces);

/// An answer with Content-Length.
canned_answer whole(int status, std::string body);

} // namespace hadal::testing
