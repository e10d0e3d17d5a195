#include "net/http/request_parser.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

namespace {

constexpr request_limits limits{{16 * 1024, 100}, 1024 * 1024};

struct parsed {
  http_request request;
  std::string rest;
  bool keep_alive = false;
};

/// Feeds `text` in pieces of `step` bytes, as a connection would.
parsed parse(std::string_view text, std::size_t step) {
  request_parser parser(limits);
  std::string waiting;
  for (std::size_t at = 0; at < text.size(); at += step) {
    waiting += text.substr(at, step);
    while (!waiting.empty() && !parser.done()) {
      const auto taken = parser.put(waiting);
      INFO((taken ? "" : taken.error().message));
      REQUIRE(taken);
      waiting.erase(0, *taken);
      if (*taken == 0)
        break;
    }
  }
  REQUIRE(parser.done());
  const bool keep_alive = parser.keep_alive();
  return {parser.take(), waiting, keep_alive};
}

const std::string chunked_request =
    "POST /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\nX-Y: 1,\t2\r\n\r\n"
    "3\r\nabc\r\n0a;ext=\"v\"\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n";

} // namespace

TEST_CASE("a request is the same however its bytes are cut") {
  for (std::size_t step = 1; step < chunked_request.size(); ++step) {
    const auto p = parse(chunked_request, step);
    CHECK(p.request.method == "POST");
    CHECK(p.request.target == "/a?b=c");
    CHECK(p.request.body == "abc0123456789");
    CHECK(p.request.header("x-y") == "1,\t2");
    CHECK(p.keep_alive);
    CHECK(p.rest.empty());
  }
}

TEST_CASE("a request without a length has no body, whatever its method and version") {
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    for (const std::string version : {"1.0", "1.1"}) {
      CAPTURE(method, version);
      const auto p = parse(method + " / HTTP/" + version + "\r\nHost: x\r\n\r\nabc", 1000);
      CHECK(p.request.method == method);
      CHECK(p.request.body.empty());
      CHECK(p.rest == "abc");
    }
}

TEST_CASE("what follows a request is left for the next") {
  const auto p = parse("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /next", 1000);
  CHECK(p.request.body == "abc");
  CHECK(p.rest == "GET /next");
  const auto c = parse(chunked_request + "GET /next", 1000);
  CHECK(c.rest == "GET /next");
}

TEST_CASE("keep-alive follows version and Connection") {
  CHECK(parse("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 7).keep_alive);
  CHECK_FALSE(parse("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", 7).keep_alive);
  CHECK_FALSE(parse("GET / HTTP/1.0\r\n\r\n", 7).keep_alive);
  CHECK(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 7).keep_alive);
  for (const char* fields :
       {"Connection: keep-alive, close\r\n", "Connection: Close, keep-alive\r\n",
        "Connection: keep-alive\r\nConnection: close\r\n"})
    for (const char* version : {"1.0", "1.1"})
      CHECK_FALSE(
          parse("GET / HTTP/" + std::string(version) + "\r\nHost: x\r\n" + fields + "\r\n", 7)
              .keep_alive);
}

TEST_CASE("up to two empty lines before a request are forgiven") {
  CHECK(parse("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 1).request.target == "/");
  request_parser parser(limits);
  const std::string three = "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
  REQUIRE(parser.put(three));
  REQUIRE(parser.put(three.substr(2)));
  CHECK_FALSE(parser.put(three.substr(4)));
}

TEST_CASE("empty bodies, absolute targets and the options asterisk are fine") {
  CHECK(parse("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 5).request.body.empty());
  CHECK(parse("GET http://h:1/p?q HTTP/1.1\r\nHost: h:1\r\n\r\n", 5).request.path() == "/p");
  CHECK(parse("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 5).request.target == "*");
  CHECK(parse("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 5).request.header("host") == "[::1]:80");
  CHECK(parse("GET / HTTP/1.1\r\nHost:x\r\nA:\r\n\r\n", 5).request.header("a").empty());
}
