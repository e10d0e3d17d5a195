#include "tests/net/http/raw_client.hpp"
#include "tests/net/http/scripted_server.hpp"

#include "tests/support/catch.hpp"

#include <atomic>
#include <thread>

using namespace hadal;
using namespace hadal::net;
using namespace hadal::test;
using namespace std::chrono_literals;

namespace {

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

void check_error(const std::optional<raw_answer>& answer, int status, const std::string& code) {
  REQUIRE(answer);
  CHECK(answer->status == status);
  CHECK(answer->headers.at("connection") == "close");
  CHECK(answer->headers.at("content-type") == "application/json");
  CHECK(answer->body.starts_with(R"({"error":{"message":")"));
  CHECK(answer->body.ends_with(R"("param":null,"code":")" + code + R"("}})"));
}

} // namespace

TEST_CASE("a refused request has the JSON error body, closes, and the server goes on") {
  struct row {
    std::string text;
    int status;
    std::string code;
  };
  scripted_server server;
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  for (const auto& r :
       {row{"nonsense\r\n\r\n", 400, "bad_protocol"},
        row{"GET / HTTP/1.1\r\n\r\n", 400, "bad_protocol"},
        row{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version_not_supported"},
        row{"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n", 501, "not_supported"},
        row{head + "Content-Length: 2097152\r\n\r\n", 413, "body_too_large"},
        row{head + "Transfer-Encoding: gzip\r\n\r\n", 501, "not_supported"},
        row{head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", 400,
            "bad_protocol"},
        row{head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "bad_protocol"},
        row{head + "Expect: magic\r\nContent-Length: 3\r\n\r\nabc", 417, "expectation_failed"},
        row{"GET /" + std::string(20'000, 'u') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414,
            "uri_too_long"},
        row{get("/").insert(25, "A: " + std::string(20'000, 'a') + "\r\n"), 431,
            "headers_too_large"}}) {
    CAPTURE(r.text.substr(0, 100));
    raw_client client(server.port());
    client.send(r.text);
    check_error(client.read_answer(), r.status, r.code);
    CHECK(client.ends());
  }
  CHECK(server.requests() == 0);
  CHECK(server.refused() == 11);
  CHECK(ask(server.port(), get("/echo"))->status == 200);
}

TEST_CASE("nothing after a refused request is served") {
  scripted_server server;
  raw_client client(server.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc" +
      get("/echo") + get("/echo"));
  check_error(client.read_answer(), 400, "bad_protocol");
  CHECK_FALSE(client.read_answer());
  CHECK(server.requests() == 0);
}

TEST_CASE("an error reaches a client that goes on sending 2 MiB") {
  scripted_server server;
  raw_client client(server.port());
  const std::string body(2 * 1024 * 1024, 'a');
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n");
  CHECK(client.send(body));
  check_error(client.read_answer(), 413, "body_too_large");
}

TEST_CASE("a body too large is refused before it is sent, even to those who ask first") {
  scripted_server server;
  raw_client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2097152\r\n"
              "Expect: 100-continue\r\n\r\n");
  check_error(client.read_answer(), 413, "body_too_large");
}

TEST_CASE("a chunked body too large is refused when it becomes so") {
  scripted_server server({.body_bytes_max = 1000});
  raw_client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 11; ++i)
    client.send("64\r\n" + std::string(100, 'c') + "\r\n");
  check_error(client.read_answer(), 413, "body_too_large");
}

TEST_CASE("a request that comes too slowly is refused, in its head and in its body") {
  scripted_server server({.read_timeout = 100ms});
  for (const std::string text :
       {"GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"}) {
    CAPTURE(text);
    raw_client client(server.port());
    client.send(text);
    check_error(client.read_answer(), 408, "request_timeout");
    CHECK(client.ends());
  }
}

TEST_CASE("a trickle of bytes does not push the deadline") {
  scripted_server server({.read_timeout = 150ms});
  raw_client client(server.port());
  // Bytes are sent until the answer comes. If each of them moved the deadline, no answer would come
  // and the client's wait would fail.
  std::atomic<bool> answered{false};
  std::thread trickle([&] {
    while (!answered && client.send("A"))
      std::this_thread::sleep_for(5ms);
  });
  const auto answer = client.read_answer();
  answered = true;
  trickle.join();
  check_error(answer, 408, "request_timeout");
}

TEST_CASE("a connection that says nothing is closed without a word") {
  scripted_server server({.read_timeout = 80ms, .keep_alive_timeout = 80ms});
  raw_client silent(server.port());
  CHECK(silent.read_all().empty());
  raw_client once(server.port());
  once.send(get("/echo"));
  REQUIRE(once.read_answer());
  CHECK(once.read_all().empty());
  CHECK(server.wait_connections(0));
}

TEST_CASE("a request cut short by its client is refused") {
  scripted_server server;
  raw_client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  client.shut_down_sending();
  check_error(client.read_answer(), 400, "bad_protocol");
}

TEST_CASE("connections over the limit are told so") {
  scripted_server server({.connections_max = 2, .linger_timeout = 200ms});
  raw_client first(server.port());
  raw_client second(server.port());
  first.send(get("/echo"));
  second.send(get("/echo"));
  REQUIRE(first.read_answer());
  REQUIRE(second.read_answer());
  {
    raw_client third(server.port());
    third.send(get("/echo"));
    const auto answer = third.read_answer();
    check_error(answer, 503, "queue_full");
    CHECK(answer->headers.at("retry-after") == "1");
    CHECK(third.ends());
  }
  first.close();
  REQUIRE(server.wait_connections(1));
  CHECK(ask(server.port(), get("/echo"))->status == 200);
}

TEST_CASE("a client that hangs up while its answer is pending is noticed") {
  // No timeout of the server can expire during the test, so only the hang-up itself can end these.
  scripted_server server(
      {.read_timeout = 1h, .keep_alive_timeout = 1h, .stream_stall_timeout = 1h});
  std::size_t expected = 0;
  for (const std::string path : {"/hold", "/open"})
    for (int way = 0; way < 3; ++way) {
      CAPTURE(path, way);
      raw_client client(server.port());
      client.send(get(path));
      REQUIRE(server.wait_held(++expected));
      CHECK(server.closed() == expected - 1);
      if (way == 0)
        client.close();
      else if (way == 1)
        client.reset();
      else
        client.shut_down_sending();
      REQUIRE(server.wait_closed(expected));
      server.with_held(expected - 1, [](exchange& ex) {
        CHECK(ex.closed());
        ex.respond({});
      });
      CHECK(server.wait_connections(0));
    }
}

TEST_CASE("a hang-up is noticed behind pipelined bytes, which are bounded") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/hold"));
  REQUIRE(server.wait_held(1));
  // More than the server reads ahead; the rest and the FIN fit into the system's socket buffers.
  std::string ahead;
  while (ahead.size() < 90 * 1024)
    ahead += get("/echo");
  client.send(ahead);
  std::this_thread::sleep_for(20ms);
  client.close();
  REQUIRE(server.wait_closed(1));
  CHECK(server.requests() == 1);
  CHECK(server.wait_connections(0));
}

TEST_CASE("pipelined bytes beyond the bound are served once the answer has left") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/hold"));
  REQUIRE(server.wait_held(1));
  std::string ahead;
  std::size_t count = 0;
  for (; ahead.size() < 200 * 1024; ++count)
    ahead += get("/echo");
  std::thread sender([&] { client.send(ahead); });
  server.with_held(0, [](exchange& ex) { ex.respond({200, "text/plain", {}, "held"}); });
  CHECK(client.read_answer()->body == "held");
  std::size_t answered = 0;
  while (answered < count && client.read_answer())
    ++answered;
  sender.join();
  CHECK(answered == count);
}

TEST_CASE("an answer that is complete reaches a client that has shut its side") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/big"));
  client.shut_down_sending();
  const auto answer = client.read_answer();
  REQUIRE(answer);
  CHECK(answer->complete);
  CHECK(client.ends());
  CHECK(server.closed() == 0);
}

TEST_CASE("a reader too slow for its stream is cut when the backlog is full") {
  scripted_server server({.stream_backlog_bytes_max = 512 * 1024});
  raw_client client(server.port());
  client.limit_receive_buffer(4096);
  client.send(get("/flood"));
  REQUIRE(server.wait_closed(1));
  CHECK(server.flood_backlog_max() > 256 * 1024);
  CHECK(server.flood_backlog_max() <= 512 * 1024);
  CHECK(server.wait_connections(0));
}

TEST_CASE("one event larger than the backlog's limit reaches a client that has read the others") {
  scripted_server server({.stream_backlog_bytes_max = 1024});
  raw_client client(server.port());
  client.send(get("/open"));
  REQUIRE(client.read_until("data: first\n\n\r\n").ends_with("data: first\n\n\r\n"));
  REQUIRE(server.wait_held(1));
  REQUIRE(eventually([&] { return server.drained() == 1; }));
  server.with_held(0, [](net::exchange& ex) { ex.write(std::string(8192, 'x') + "END"); });
  CHECK(client.read_until("END").size() > 8192);
  CHECK(server.closed() == 0);
}

TEST_CASE("a reader that stalls is cut when the time is up") {
  scripted_server server({.stream_stall_timeout = 100ms});
  raw_client client(server.port());
  client.limit_receive_buffer(4096);
  client.send(get("/big"));
  REQUIRE(eventually([&] { return server.requests() == 1; }));
  CHECK(server.wait_connections(0));
}

TEST_CASE("a reader that is slow but moves is not cut") {
  scripted_server server({.stream_stall_timeout = 400ms});
  raw_client client(server.port());
  client.send(get("/open"));
  REQUIRE(server.wait_held(1));
  std::this_thread::sleep_for(600ms);
  server.with_held(0, [](exchange& ex) {
    CHECK_FALSE(ex.closed());
    ex.finish();
  });
  CHECK(client.read_answer()->complete);
}

TEST_CASE("an exchange let go unanswered is answered with 500, or its stream is cut") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/drop") + get("/throw"));
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.read_answer();
    REQUIRE(answer);
    CHECK(answer->status == 500);
    CHECK(answer->body.find(R"("code":"internal")") != std::string::npos);
  }
  client.send(get("/drop-open"));
  const auto cut = client.read_answer();
  REQUIRE(cut);
  CHECK(cut->body == "data: x\n\n");
  CHECK_FALSE(cut->complete);
  CHECK(server.closed() == 0);
}

TEST_CASE("clients that come, ask and vanish leave nothing behind") {
  scripted_server server({}, 2);
  for (int i = 0; i < 200; ++i) {
    raw_client client(server.port());
    switch (i % 5) {
    case 0: client.send(get("/hold")); break;
    case 1: client.send("GET /ec"); break;
    case 2: client.send(get("/flood")); break;
    case 3: client.send(get("/stream") + get("/open")); break;
    default: break;
    }
    if (i % 2 == 0)
      client.reset();
  }
  CHECK(server.wait_connections(0));
  CHECK(ask(server.port(), get("/echo"))->status == 200);
}
