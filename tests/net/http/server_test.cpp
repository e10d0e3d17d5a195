#include "tests/net/http/raw_client.hpp"
#include "tests/net/http/scripted_server.hpp"

#include "tests/support/catch.hpp"

#include <thread>

using namespace hadal;
using namespace hadal::net;
using namespace hadal::test;
using namespace std::chrono_literals;

namespace {

std::string get(std::string_view target, std::string_view more = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more) + "\r\n";
}

std::string post(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

const std::string ten_events = [] {
  std::string out;
  for (int i = 0; i < 10; ++i)
    out += "data: " + std::to_string(i) + "\n\n";
  return out;
}();

} // namespace

TEST_CASE("an answer has the headers that HTTP and clients want") {
  scripted_server server;
  raw_client client(server.port());
  client.send(post("/echo?q=1", "body"));
  const auto answer = client.read_answer();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "POST /echo?q=1\nbody");
  CHECK(answer->headers.at("content-type") == "text/plain");
  CHECK(answer->headers.at("content-length") == "19");
  CHECK(answer->headers.at("server") == "hadal");
  CHECK(answer->headers.at("date").size() == 29);
  CHECK(answer->headers.at("date").ends_with(" GMT"));
  CHECK_FALSE(answer->headers.contains("connection"));
}

TEST_CASE("a connection serves request after request") {
  scripted_server server;
  raw_client client(server.port());
  for (int i = 0; i < 50; ++i) {
    client.send(post("/echo", std::to_string(i)));
    const auto answer = client.read_answer();
    REQUIRE(answer);
    CHECK(answer->body == "POST /echo\n" + std::to_string(i));
  }
  CHECK(server.server().connection_count() == 1);
}

TEST_CASE("pipelined requests are answered in order, streams among them") {
  scripted_server server;
  raw_client client(server.port());
  std::string all;
  for (int i = 0; i < 30; ++i)
    all += i % 3 == 2 ? get("/stream") : post("/echo", std::to_string(i));
  client.send(all);
  for (int i = 0; i < 30; ++i) {
    const auto answer = client.read_answer();
    REQUIRE(answer);
    CHECK(answer->complete);
    CHECK(answer->body == (i % 3 == 2 ? ten_events : "POST /echo\n" + std::to_string(i)));
  }
}

TEST_CASE("a pipelined request waits for the answer before it") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/hold") + get("/echo"));
  REQUIRE(server.wait_held(1));
  std::this_thread::sleep_for(20ms);
  CHECK(server.requests() == 1);
  server.with_held(0, [](exchange& ex) { ex.respond({200, "text/plain", {}, "first"}); });
  CHECK(client.read_answer()->body == "first");
  CHECK(client.read_answer()->body == "GET /echo\n");
}

TEST_CASE("a request may arrive byte by byte") {
  scripted_server server;
  raw_client client(server.port());
  for (const char c : post("/echo", "abc"))
    client.send(std::string_view(&c, 1));
  const auto answer = client.read_answer();
  REQUIRE(answer);
  CHECK(answer->body == "POST /echo\nabc");
}

TEST_CASE("HEAD has the headers of GET and no body") {
  scripted_server server;
  raw_client client(server.port());
  client.send("HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n" + get("/echo"));
  const auto head = client.read_answer(true);
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->headers.at("content-length") == "11");
  CHECK(client.read_answer()->body == "GET /echo\n");
}

TEST_CASE("HTTP/1.0 closes unless asked to keep the connection") {
  scripted_server server;
  raw_client closing(server.port());
  closing.send("GET /echo HTTP/1.0\r\n\r\n");
  const auto answer = closing.read_answer();
  REQUIRE(answer);
  CHECK(answer->headers.at("connection") == "close");
  CHECK(closing.ends());
  raw_client keeping(server.port());
  for (int i = 0; i < 2; ++i) {
    keeping.send("GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    const auto kept = keeping.read_answer();
    REQUIRE(kept);
    CHECK(kept->headers.at("connection") == "keep-alive");
  }
}

TEST_CASE("a stream to HTTP/1.0 ends with the connection") {
  scripted_server server;
  raw_client client(server.port());
  client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto answer = client.read_answer();
  REQUIRE(answer);
  CHECK_FALSE(answer->headers.contains("transfer-encoding"));
  CHECK(answer->headers.at("connection") == "close");
  CHECK(answer->body == ten_events);
}

TEST_CASE("Connection: close is honoured") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/echo", "Connection: close\r\n"));
  const auto answer = client.read_answer();
  REQUIRE(answer);
  CHECK(answer->headers.at("connection") == "close");
  CHECK(client.ends());
  client.close();
  CHECK(server.wait_connections(0));
}

TEST_CASE("a stream is chunked and its writes leave together") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/stream"));
  const std::string head = client.read_until("\r\n\r\n");
  CHECK(head.find("Content-Type: text/event-stream; charset=utf-8\r\n") != std::string::npos);
  CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(head.find("Cache-Control") == std::string::npos); // only the handler sets it
  CHECK(head.find("X-Kind: stream\r\n") != std::string::npos);
  const std::string body = client.read_until("\r\n0\r\n\r\n");
  // Ten writes in one handler call: the first is sent alone, the other nine after it in one piece.
  CHECK(body == "9\r\ndata: 0\n\n\r\n51\r\n" + ten_events.substr(9) + "\r\n0\r\n\r\n");
}

TEST_CASE("a body that was taken is nobody's any more") {
  scripted_server server;
  const auto answer =
      ask(server.port(), "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  REQUIRE(answer);
  CHECK(answer->body == "hello, then 0 bytes of at most 15");
}

TEST_CASE("events reach the client while the stream is open") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/open"));
  CHECK(client.read_until("data: first\n\n\r\n").ends_with("d\r\ndata: first\n\n\r\n"));
  REQUIRE(server.wait_held(1));
  CHECK(eventually([&] { return server.drained() == 1; }));
  server.with_held(0, [](exchange& ex) {
    CHECK(ex.backlog_bytes() == 0);
    ex.write("data: second\n\n");
    CHECK(ex.backlog_bytes() > 0);
  });
  CHECK(client.read_until("data: second\n\n\r\n") == "e\r\ndata: second\n\n\r\n");
  server.with_held(0, [](exchange& ex) { ex.finish(); });
  CHECK(client.read_until("0\r\n\r\n") == "0\r\n\r\n");
  client.send(get("/echo"));
  CHECK(client.read_answer()->status == 200);
}

TEST_CASE("an aborted stream ends without its last chunk") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/open"));
  REQUIRE(server.wait_held(1));
  server.with_held(0, [](exchange& ex) {
    ex.write("data: last words\n\n");
    ex.abort();
  });
  const auto answer = client.read_answer();
  REQUIRE(answer);
  CHECK(answer->body == "data: first\n\ndata: last words\n\n");
  CHECK_FALSE(answer->complete);
  CHECK(server.closed() == 0);
}

TEST_CASE("100-continue is said before the body is there, and not after") {
  scripted_server server;
  raw_client client(server.port());
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  client.send(head);
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(client.read_answer()->body == "POST /echo\nabc");
  client.send(head + "xyz");
  CHECK(client.read_answer()->body == "POST /echo\nxyz");
}

TEST_CASE("a body in chunks arrives joined") {
  scripted_server server;
  raw_client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  std::this_thread::sleep_for(5ms);
  client.send("1\r\nd\r\n0\r\n\r\n");
  CHECK(client.read_answer()->body == "POST /echo\nabcd");
}

TEST_CASE("an answer larger than any socket buffer arrives whole") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/big") + get("/echo"));
  std::this_thread::sleep_for(20ms);
  const auto answer = client.read_answer();
  REQUIRE(answer);
  CHECK(answer->body == std::string(4 * 1024 * 1024, 'b'));
  CHECK(client.read_answer()->status == 200);
}

TEST_CASE("IPv6 is served") {
  scripted_server server({.address = "::1"});
  raw_client client(server.port(), "::1");
  client.send(get("/echo"));
  const auto answer = client.read_answer();
  REQUIRE(answer);
  CHECK(answer->status == 200);
}

TEST_CASE("connections are shared out over the workers") {
  scripted_server server({}, 3);
  for (int i = 0; i < 9; ++i)
    CHECK(ask(server.port(), get("/echo"))->status == 200);
  CHECK(server.requests() == 9);
}

TEST_CASE("a port that is taken is an error that names the address") {
  scripted_server first;
  try {
    scripted_server second({.port = first.port()});
    FAIL("two servers listen on one port");
  } catch (const std::runtime_error& e) {
    CHECK(std::string(e.what()).starts_with("cannot listen on 127.0.0.1 port " +
                                            std::to_string(first.port())));
  }
}

TEST_CASE("close_idle ends connections that wait and lets the others finish their answer") {
  scripted_server server;
  raw_client idle(server.port());
  idle.send(get("/echo"));
  REQUIRE(idle.read_answer());
  raw_client busy(server.port());
  busy.send(get("/hold"));
  REQUIRE(server.wait_held(1));
  server.server().stop_accepting();
  server.server().close_idle();
  CHECK(idle.ends());
  server.with_held(0, [](exchange& ex) { ex.respond({200, "text/plain", {}, "done"}); });
  const auto answer = busy.read_answer();
  REQUIRE(answer);
  CHECK(answer->body == "done");
  CHECK(answer->headers.at("connection") == "close");
  CHECK(busy.ends());
  busy.close();
  CHECK(server.wait_connections(0));
}

TEST_CASE("close_all ends every connection and tells the handler of open exchanges") {
  scripted_server server;
  raw_client client(server.port());
  client.send(get("/open"));
  REQUIRE(server.wait_held(1));
  server.server().close_all();
  CHECK(client.ends());
  CHECK(server.wait_closed(1));
  CHECK(server.wait_connections(0));
  server.with_held(0, [](exchange& ex) {
    CHECK(ex.closed());
    ex.write("late");
    ex.finish();
  });
}
