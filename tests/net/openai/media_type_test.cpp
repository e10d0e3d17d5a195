#include "net/openai/media_type.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

namespace {

bool taken(std::vector<header_field> headers) {
  http_request request;
  request.headers = std::move(headers);
  const auto checked = check_media_type(request);
  if (!checked)
    CHECK(checked.error().code == error_code::unsupported_media_type);
  return checked.has_value();
}

} // namespace

TEST_CASE("JSON is taken under its names and under none") {
  CHECK(taken({}));
  CHECK(taken({{"content-type", "application/json"}}));
  CHECK(taken({{"Content-Type", "Application/JSON; charset=utf-8"}}));
  CHECK(taken({{"Content-Type", "application/problem+json"}}));
  CHECK(taken({{"Content-Type", "application/x-www-form-urlencoded"}}));
  CHECK(taken({{"Content-Encoding", "identity"}}));
}

TEST_CASE("other types and compressed bodies are not") {
  CHECK_FALSE(taken({{"Content-Type", "text/plain"}}));
  CHECK_FALSE(taken({{"Content-Type", "text/plain;application/json"}}));
  CHECK_FALSE(taken({{"Content-Type", "multipart/form-data; boundary=x"}}));
  CHECK_FALSE(taken({{"Content-Type", "application/jsonp"}}));
  CHECK_FALSE(taken({{"Content-Encoding", "gzip"}, {"Content-Type", "application/json"}}));
}
