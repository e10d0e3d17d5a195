#include "net/client/server_url.hpp"

#include "tests/support/catch.hpp"

namespace {

using hadal::net::client::parse_server_url;

} // namespace

TEST_CASE("a URL gives host, port and path, without OpenAI's /v1") {
  struct row {
    std::string text;
    std::string host;
    int port;
    std::string base;
  };
  for (const auto& r : std::vector<row>{{"http://127.0.0.1:30000", "127.0.0.1", 30000, ""},
                                        {"http://localhost", "localhost", 80, ""},
                                        {"http://h:1/", "h", 1, ""},
                                        {"http://h:1/v1", "h", 1, ""},
                                        {"http://h:1/v1/", "h", 1, ""},
                                        {"http://h:65535/a/v1", "h", 65535, "/a"},
                                        {"http://h/a/b", "h", 80, "/a/b"},
                                        {"http://[::1]:8", "::1", 8, ""}}) {
    INFO(r.text);
    const auto url = parse_server_url(r.text);
    REQUIRE(url.has_value());
    CHECK(url->host == r.host);
    CHECK(url->port == r.port);
    CHECK(url->base == r.base);
  }
}

TEST_CASE("a URL is written back with its port, an IPv6 address in brackets") {
  CHECK(parse_server_url("http://[::1]:8/a")->text() == "http://[::1]:8/a");
  CHECK(parse_server_url("http://h/v1")->authority() == "h:80");
}

TEST_CASE("what is no URL of a server is refused with an example and the reason") {
  struct row {
    std::string text;
    std::string reason;
  };
  for (const auto& r : std::vector<row>{
           {"", "it does not begin with http://"},
           {"localhost:30000", "it does not begin with http://"},
           {"https://h", "https is not spoken here"},
           {"http://", "it has no valid host"},
           {"http://a b", "it has no valid host"},
           {"http://user@h", "it has no valid host"},
           {"http://h:", "its port is no number from 1 to 65535"},
           {"http://h:0", "its port is no number from 1 to 65535"},
           {"http://h:65536", "its port is no number from 1 to 65535"},
           {"http://h:8x", "its port is no number from 1 to 65535"},
           {"http://[::1", "the bracket of its address is not closed"},
           {"http://[::1]8", "its port is no number from 1 to 65535"},
           {"http://h/a?b", "its path has a query or a character that must be escaped"},
           {"http://h/a\r\nX: y", "its path has a query or a character that must be escaped"}}) {
    INFO(r.text);
    const auto url = parse_server_url(r.text);
    REQUIRE_FALSE(url.has_value());
    CHECK(url.error().code == hadal::error_code::invalid_config);
    CHECK(url.error().message == "must be like http://127.0.0.1:30000: " + r.reason);
  }
}
