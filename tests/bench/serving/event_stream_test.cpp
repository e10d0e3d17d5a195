#include "bench/serving/event_stream.hpp"

#include "tests/support/catch.hpp"

namespace hadal::bench {

namespace {

const std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "f\r\ndata: {\"a\":1}\n\n\r\n"
                           "7\r\ndata: {\r\n"
                           "1d\r\n\"completion_tokens\":42,\"x\":1}\r\n"
                           "10\r\n\n\ndata: [DONE]\n\n\r\n"
                           "0\r\n\r\n";

error failure_of(std::string_view bytes) {
  event_stream stream;
  const auto events = stream.feed(bytes);
  REQUIRE_FALSE(events.has_value());
  return events.error();
}

} // namespace

TEST_CASE("events are counted however the answer is cut") {
  for (std::size_t step = 1; step <= answer.size(); ++step) {
    event_stream stream;
    std::size_t events = 0;
    for (std::size_t begin = 0; begin < answer.size(); begin += step) {
      const auto found = stream.feed(std::string_view(answer).substr(begin, step));
      REQUIRE(found.has_value());
      events += *found;
    }
    CHECK(events == 2);
    CHECK(stream.ended());
    CHECK(stream.done());
    CHECK(stream.completion_tokens() == 42);
  }
}

TEST_CASE("an answer that goes on is not ended") {
  event_stream stream;
  REQUIRE(stream.feed(std::string_view(answer).substr(0, answer.size() - 1)).has_value());
  CHECK_FALSE(stream.ended());
}

TEST_CASE("another status, another coding and broken chunks are errors") {
  CHECK(failure_of("HTTP/1.1 503 Service Unavailable\r\n\r\n").message ==
        "the server answered: HTTP/1.1 503 Service Unavailable");
  CHECK(failure_of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").message ==
        "the answer is not a stream (no chunked coding)");
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(failure_of(head + "zz\r\n").message == "a chunk has no size");
  CHECK(failure_of(head + "1\r\nabc").message == "a chunk is longer than its size says");
  CHECK(failure_of(answer + "x").message == "bytes follow the end of the answer");
}

} // namespace hadal::bench
