#include "net/http/response_head.hpp"

#include "tests/support/catch.hpp"

using namespace hadal::net;

TEST_CASE("dates are written as HTTP wants them") {
  CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("a head is written in full") {
  const std::vector<header_field> headers = {{"X-A", "b\r\nInjected: c\x01"}};
  response_head head;
  head.status = 413;
  head.content_type = "application/json";
  head.headers = headers;
  head.content_length = 7;
  head.keep_alive = false;
  std::string out;
  append_response_head(out, head, "DATE");
  CHECK(out == "HTTP/1.1 413 Content Too Large\r\nDate: DATE\r\nServer: hadal\r\n"
               "Content-Type: application/json\r\nContent-Length: 7\r\n"
               "X-A: b  Injected: c \r\nConnection: close\r\n\r\n");
}

TEST_CASE("an answer that can have no body says nothing of one") {
  response_head head;
  head.status = 204;
  head.content_type = "application/json";
  head.header_lines = "A: b\r\nC: d\r\n";
  std::string out;
  append_response_head(out, head, "DATE");
  CHECK(out == "HTTP/1.1 204 No Content\r\nDate: DATE\r\nServer: hadal\r\nA: b\r\nC: d\r\n\r\n");
}

TEST_CASE("chunks carry their size in hexadecimal and are never empty") {
  std::string out;
  append_chunk(out, "");
  CHECK(out.empty());
  append_chunk(out, std::string(26, 'x'));
  append_last_chunk(out);
  CHECK(out == "1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
}
