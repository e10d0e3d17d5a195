#include "net/openai/request_id.hpp"

#include "tests/support/catch.hpp"

using namespace hadal::net;

namespace {

std::vector<header_field> named(const std::string& given, std::string_view own) {
  http_request request;
  request.headers.push_back({"x-request-id", given});
  std::vector<header_field> headers;
  add_request_id(headers, request, own);
  return headers;
}

} // namespace

TEST_CASE("a request keeps the name that its client gave it") {
  const auto headers = named("trace-1/a", "chatcmpl-1");
  REQUIRE(headers.size() == 1);
  CHECK(headers[0].name == "X-Request-Id");
  CHECK(headers[0].value == "trace-1/a");
  CHECK(named(std::string(128, 'x'), "chatcmpl-1").front().value == std::string(128, 'x'));
}

TEST_CASE("an answer's own name stands where the client gave none") {
  std::vector<header_field> headers;
  add_request_id(headers, {}, "cmpl-1");
  REQUIRE(headers.size() == 1);
  CHECK(headers[0].value == "cmpl-1");
  add_request_id(headers, {}, "");
  CHECK(headers.size() == 1);
}

TEST_CASE("what is no name is not repeated") {
  for (const std::string& given :
       {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a\r\nX: y"),
        std::string("\xC3\xA9"), std::string("a\x7F")})
    CHECK(named(given, "own").front().value == "own");
}
