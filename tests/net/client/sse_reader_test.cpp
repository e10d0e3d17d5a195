#include "net/client/sse_reader.hpp"

#include "tests/support/catch.hpp"

namespace {

using hadal::net::client::sse_reader;
using events = std::vector<std::string>;

events read(const std::vector<std::string>& pieces) {
  sse_reader reader;
  events all;
  for (const auto& piece : pieces) {
    auto some = reader.feed(piece);
    REQUIRE(some.has_value());
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

} // namespace

TEST_CASE("an event is the text after data: up to an empty line") {
  CHECK(read({"data: one\n\ndata: two\n\n"}) == events{"one", "two"});
  CHECK(read({"data:one\n\n"}) == events{"one"});
  CHECK(read({"data:  one\n\n"}) == events{" one"});
}

TEST_CASE("lines may end in LF, CRLF or CR") {
  CHECK(read({"data: a\r\n\r\ndata: b\r\rdata: c\n\n"}) == events{"a", "b", "c"});
  CHECK(read({"data: a\r", "\n\r", "\ndata: b\r", "\r", "\ndata: c\n\n"}) == events{"a", "b", "c"});
}

TEST_CASE("several lines of data are joined with a line break") {
  CHECK(read({"data: a\ndata: b\ndata\n\n"}) == events{"a\nb\n"});
}

TEST_CASE("comments, other fields and events without data are passed over") {
  CHECK(read({": ping\n\nevent: x\nid: 3\ndatum: no\n\ndata: a\n: in between\nretry: 5\n\n"}) ==
        events{"a"});
}

TEST_CASE("an empty line of data is an event of its own, an unfinished event is none") {
  CHECK(read({"data:\n\n"}) == events{""});
  CHECK(read({"data: cut\n"}).empty());
}

TEST_CASE("the same events come out wherever the bytes are cut") {
  const std::string stream = ": hi\r\ndata: {\"a\":\"\xc3\xa4\"}\r\n\r\ndata: x\ndata: y\n\ndata: "
                             "[DONE]\r\n\r\n";
  const auto expected = events{"{\"a\":\"\xc3\xa4\"}", "x\ny", "[DONE]"};
  for (std::size_t cut = 0; cut <= stream.size(); ++cut)
    CHECK(read({stream.substr(0, cut), stream.substr(cut)}) == expected);
  std::vector<std::string> bytes;
  for (const char c : stream)
    bytes.emplace_back(1, c);
  CHECK(read(bytes) == expected);
}

TEST_CASE("an event without end is an error, not a full memory") {
  sse_reader reader;
  const std::string mebibyte(1024 * 1024, 'x');
  REQUIRE(reader.feed("data: ").has_value());
  for (int i = 0; i < 15; ++i)
    REQUIRE(reader.feed(mebibyte).has_value());
  const auto last = reader.feed(mebibyte);
  REQUIRE_FALSE(last.has_value());
  CHECK(last.error().code == hadal::error_code::bad_protocol);
}
