#include "net/http/request_parser.hpp"
#include "net/openai/error_response.hpp"

#include "tests/support/catch.hpp"

#include <random>

using namespace hadal;
using namespace hadal::net;

namespace {

constexpr request_limits limits{{16 * 1024, 100}, 1024 * 1024};

/// The status that refuses `text` when it arrives in pieces of `step` bytes; 0 when it is accepted,
/// -1 when the parser waits for more.
int outcome(std::string_view text, std::size_t step) {
  request_parser parser(limits);
  std::string waiting;
  for (std::size_t at = 0; at < text.size(); at += step) {
    waiting += text.substr(at, step);
    while (!waiting.empty() && !parser.done()) {
      const auto taken = parser.put(waiting);
      if (!taken)
        return static_cast<int>(http_status(taken.error().code));
      waiting.erase(0, *taken);
      if (*taken == 0)
        break;
    }
    if (parser.done())
      return 0;
  }
  return -1;
}

std::string fields(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += "A" + std::to_string(i) + ": b\r\n";
  return out;
}

const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";

} // namespace

TEST_CASE("each malformed request has its status, however it is cut") {
  struct row {
    std::string text;
    int status;
  };
  const std::vector<row> table = {
      // The request line.
      {"GET /\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"\x16\x03\x01\x02\x00\x01\xfc\x03\x03", 400},
      {"GET / HTTP/1.1\n\n", 400},
      {"GET / HTTP/1.1\nHost: x\n\n", 400},
      {"GET / HTTP/1.1\rHost: x\r\r", 400},
      {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400},
      {"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {std::string("GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 29), 400},
      {"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /\t HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/11\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.10\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET / HTTP/0.9\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"get / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"GET /" + std::string(17'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
      // Host.
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nhOST: y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400},
      {"GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      // Fields.
      {"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA\t: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: b\nB: c\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: b\rB: c\r\n\r\n", 400},
      {std::string("GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n", 33), 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: \x0b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: \x7f\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\n\xc3\xa9: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\n" + fields(100) + "\r\n", 431},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(17'000, 'a') + "\r\n\r\n", 431},
      {"GET / HTTP/1.1\r\nHost: x\r\n" + std::string(17'000, 'a'), 431},
      {"GET / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n", 417},
      // Lengths.
      {post + "Content-Length\r\n\r\n", 400},
      {post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
      {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400},
      {post + "Content-Length: 1, 1\r\n\r\na", 400},
      {post + "Content-Length: +1\r\n\r\na", 400},
      {post + "Content-Length: -1\r\n\r\na", 400},
      {post + "Content-Length: 0x1\r\n\r\na", 400},
      {post + "Content-Length: 1 1\r\n\r\na", 400},
      {post + "Content-Length: \r\n\r\na", 400},
      {post + "Content-Length: 1.0\r\n\r\na", 400},
      {post + "Content-Length : 1\r\n\r\na", 400},
      {post + "Content-Length: 1048577\r\n\r\n", 413},
      {post + "Content-Length: 18446744073709551615\r\n\r\n", 413},
      {post + "Content-Length: 18446744073709551616\r\n\r\n", 413},
      {post + "Content-Length: 99999999999999999999999999\r\n\r\n", 413},
      // Transfer codings.
      {post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: \x0b"
              "chunked\r\n\r\n0\r\n\r\n",
       400},
      {post + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding: identity\r\n\r\n", 501},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      // Chunks.
      {chunked + "g\r\n\r\n", 400},
      {chunked + "-1\r\na\r\n0\r\n\r\n", 400},
      {chunked + "+1\r\na\r\n0\r\n\r\n", 400},
      {chunked + "0x1\r\na\r\n0\r\n\r\n", 400},
      {chunked + " 1\r\na\r\n0\r\n\r\n", 400},
      {chunked + "\r\n\r\n", 400},
      {chunked + "5\nhello\n0\n\n", 400},
      {chunked + "5\r\nhello\n0\r\n\r\n", 400},
      {chunked + "1\r\nab\r\n0\r\n\r\n", 400},
      {chunked + "2\r\na\r\n0\r\n\r\n", 400},
      {chunked + "1\r\na0\r\n\r\n", 400},
      {chunked + "1;\x01=b\r\na\r\n0\r\n\r\n", 400},
      {chunked + "1 x\r\na\r\n0\r\n\r\n", 400},
      {chunked + "fffffffffffffffff\r\na\r\n0\r\n\r\n", 400},
      {chunked + "ffffffffffffffff\r\na", 413},
      {chunked + "100001\r\n", 413},
      {chunked + "80000\r\n" + std::string(0x80000, 'a') + "\r\n80001\r\n", 413},
      {chunked + "1;x=" + std::string(1100, 'e') + "\r\na\r\n0\r\n\r\n", 400},
      {chunked + "1;" + std::string(100'000, 'e'), 400},
      {chunked + std::string(100'000, '0'), 400},
      {chunked + "0\r\n" + std::string(100'000, 't'), 400},
      {chunked + "0\r\nA b\r\n\r\n", 400},
      {chunked + "0\r\nContent-Length: 5\r\n\r\n", 400},
      {chunked + "0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
  };
  for (const auto& r : table) {
    CAPTURE(r.text.substr(0, 200));
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, r.text.size()})
      CHECK(outcome(r.text, step) == r.status);
  }
}

TEST_CASE("limits are reached before they are passed") {
  CHECK(outcome("GET / HTTP/1.1\r\nHost: x\r\n" + fields(99) + "\r\n", 500) == 0);
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
  CHECK(outcome(start + std::string(16 * 1024 - start.size() - 4, 'a') + "\r\n\r\n", 500) == 0);
  CHECK(outcome(start + std::string(16 * 1024 - start.size() - 3, 'a') + "\r\n\r\n", 500) == 431);
  CHECK(outcome(post + "Content-Length: 1048576\r\n\r\n" + std::string(1048576, 'a'), 65536) == 0);
  CHECK(outcome(chunked + "100000\r\n" + std::string(1048576, 'a') + "\r\n0\r\n\r\n", 65536) == 0);
}

TEST_CASE("whatever bytes arrive, the parser takes, awaits or refuses them, in any cut alike") {
  const std::vector<std::string> seeds = {
      chunked + "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
      post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
      "GET /a?b HTTP/1.1\r\nHost: h\r\nConnection: close\r\nA: b\r\n\r\n",
  };
  const std::vector<std::string> pieces = {"\r\n",
                                           "\r",
                                           "\n",
                                           ":",
                                           " ",
                                           ";",
                                           "0",
                                           "f",
                                           "\r\n\r\n",
                                           "Content-Length: 3\r\n",
                                           "Transfer-Encoding: chunked\r\n",
                                           "HTTP/1.1",
                                           "\x00",
                                           "\xff",
                                           "\"",
                                           "ffffffff"};
  std::mt19937 random(99);
  int taken = 0;
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[random() % seeds.size()];
    for (std::size_t edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, random() % 5); break;
      default: text.insert(at, pieces[random() % pieces.size()]);
      }
    }
    if (text.empty())
      continue;
    const int whole = outcome(text, text.size());
    CAPTURE(text);
    if (outcome(text, 1) != whole || outcome(text, 1 + random() % 9) != whole)
      FAIL("the outcome hangs on how the bytes were cut");
    taken += whole == 0 ? 1 : 0;
    refused += whole > 0 ? 1 : 0;
  }
  CHECK(taken > 1000);
  CHECK(refused > 1000);
}
