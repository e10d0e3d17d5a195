#include "net/client/http_client.hpp"

#include "tests/support/canned_server.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <chrono>

namespace {

using namespace hadal::net::client;
using namespace hadal::testing;

http_client client_of(const canned_server& server, std::string base = {}) {
  return http_client{{.host = "127.0.0.1", .port = server.port(), .base = std::move(base)}};
}

client_request get(std::string target) {
  client_request request;
  request.target = std::move(target);
  return request;
}

} // namespace

TEST_CASE("a whole answer comes back with its status, whatever that is") {
  canned_server server{{whole(200, "yes"), whole(503, "no"), chunked({"a", "bc"})}};
  const auto client = client_of(server);
  const auto first = client.send(get("/x"));
  REQUIRE(first.has_value());
  CHECK(first->status == 200);
  CHECK(first->body == "yes");
  const auto second = client.send(get("/x"));
  REQUIRE(second.has_value());
  CHECK(second->status == 503);
  CHECK(second->body == "no");
  const auto third = client.send(get("/x"));
  REQUIRE(third.has_value());
  CHECK(third->body == "abc");
}

TEST_CASE("the request carries target, host, key and JSON body") {
  canned_server server{{whole(200, "")}};
  client_request request;
  request.method = "POST";
  request.target = "/v1/chat/completions";
  request.api_key = "k3y";
  request.body = "{}";
  REQUIRE(client_of(server, "/base").send(request).has_value());
  REQUIRE(server.requests().size() == 1);
  const auto sent = server.requests().front();
  CHECK(sent.find("POST /base/v1/chat/completions HTTP/1.1\r\n") == 0);
  CHECK(sent.find("\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n") !=
        std::string::npos);
  CHECK(sent.find("\r\nAuthorization: Bearer k3y\r\n") != std::string::npos);
  CHECK(sent.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
  CHECK(sent.substr(sent.size() - 6) == "\r\n\r\n{}");
}

TEST_CASE("pieces of a stream reach the sink before the stream has ended") {
  // The server sends each piece only after the sink has received the one before.
  std::atomic<int> taken{0};
  auto answer = chunked({"one", "two"});
  answer.before_next = [&taken, due = 0]() mutable {
    for (int seen = taken; seen < due; seen = taken)
      taken.wait(seen);
    ++due;
  };
  canned_server server{{answer}};
  const http_client client{{.host = "127.0.0.1", .port = server.port(), .base = {}},
                           {.silence = std::chrono::seconds{10}}};
  std::vector<std::string> pieces;
  const auto done = client.stream(get("/x"), [&](std::string_view bytes) {
    pieces.emplace_back(bytes);
    ++taken;
    taken.notify_one();
    return hadal::result<void>{};
  });
  taken = 2; // so that a server that still waits ends
  taken.notify_one();
  REQUIRE(done.has_value());
  CHECK(done->body.empty());
  CHECK(pieces == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a refusal's body does not go to the sink") {
  canned_server server{{whole(400, "bad")}};
  bool called = false;
  const auto done = client_of(server).stream(get("/x"), [&](std::string_view) {
    called = true;
    return hadal::result<void>{};
  });
  REQUIRE(done.has_value());
  CHECK(done->status == 400);
  CHECK(done->body == "bad");
  CHECK_FALSE(called);
}
