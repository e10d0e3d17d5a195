#include "net/client/http_client.hpp"

#include "tests/support/canned_server.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace hadal::net::client;
using namespace hadal::testing;
using hadal::error_code;

http_client client_of(std::uint16_t port, client_timeouts timeouts = {}) {
  return http_client{{.host = "127.0.0.1", .port = port, .base = {}}, timeouts};
}

body_sink ignore() {
  return [](std::string_view) { return hadal::result<void>{}; };
}

} // namespace

TEST_CASE("nobody listening is an io_error that names the address") {
  std::uint16_t port = 0;
  {
    const canned_server gone{{}};
    port = gone.port();
  }
  const auto answer = client_of(port).send({});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == error_code::io_error);
  CHECK(answer.error().message ==
        "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_CASE("a connection that closes without an answer is an io_error") {
  const canned_server server{{}};
  const auto answer = client_of(server.port()).send({});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == error_code::io_error);
}

TEST_CASE("a stream that ends without its last chunk is an error, not an end") {
  auto cut = chunked({"one"});
  cut.pieces.pop_back();
  const canned_server server{{cut}};
  const auto answer = client_of(server.port()).stream({}, ignore());
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == error_code::io_error);
  CHECK(answer.error().message.find("an answer cut short by 127.0.0.1:") == 0);
}

TEST_CASE("a body shorter than its length is an error") {
  const canned_server server{{{{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"}}}};
  const auto answer = client_of(server.port()).send({});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == error_code::io_error);
}

TEST_CASE("an answer that is no HTTP is a bad_protocol error") {
  const canned_server server{{{{"hello\r\n\r\n"}}}};
  const auto answer = client_of(server.port()).send({});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == error_code::bad_protocol);
}

TEST_CASE("a server that falls silent is left after the timeout") {
  auto silent = chunked({"one"});
  silent.pieces.pop_back();
  silent.hold_open = true;
  const canned_server server{{silent}};
  client_timeouts timeouts;
  timeouts.silence = std::chrono::milliseconds{100};
  const auto answer = client_of(server.port(), timeouts).stream({}, ignore());
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == error_code::deadline_exceeded);
}

TEST_CASE("an interruption ends the call and hangs up") {
  auto endless = chunked({"one"});
  endless.pieces.pop_back();
  endless.hold_open = true;
  const canned_server server{{endless}};
  bool seen = false;
  const auto answer = client_of(server.port())
                          .stream(
                              {},
                              [&](std::string_view) {
                                seen = true;
                                return hadal::result<void>{};
                              },
                              [&] { return seen; });
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == error_code::cancelled);
  for (int i = 0; i < 200 && server.hang_ups() == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  CHECK(server.hang_ups() == 1);
}

TEST_CASE("the sink's error ends the call and is handed on") {
  const canned_server server{{chunked({"one", "two"})}};
  int calls = 0;
  const auto answer =
      client_of(server.port()).stream({}, [&](std::string_view) -> hadal::result<void> {
        ++calls;
        return hadal::fail(error_code::internal, "enough");
      });
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().message == "enough");
  CHECK(calls == 1);
}

TEST_CASE("a name that nobody has is an io_error that names it") {
  const http_client client{{.host = "no-such-host.invalid", .port = 80, .base = {}}};
  const auto answer = client.send({});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == error_code::io_error);
  CHECK(answer.error().message.find("cannot find no-such-host.invalid:80: ") == 0);
}
