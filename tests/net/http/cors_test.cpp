#include "net/http/cors.hpp"

#include "tests/net/http/raw_client.hpp"
#include "tests/net/http/scripted_server.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;
using namespace hadal::test;

namespace {

const std::string page = "https://example.org";

http_request preflight_of(std::string origin, std::string method = "POST") {
  http_request request;
  request.method = "OPTIONS";
  request.target = "/v1/chat/completions";
  request.headers = {{"Origin", std::move(origin)},
                     {"Access-Control-Request-Method", std::move(method)}};
  return request;
}

std::string header_of(const http_response& response, std::string_view name) {
  std::string found;
  for (const auto& field : response.headers)
    if (field.name == name)
      found += found.empty() ? field.value : " AND " + field.value;
  return found;
}

/// The origin whose pages may read the answer, or nothing.
std::string allowed_origin(const std::optional<raw_answer>& answer) {
  if (!answer || !answer->headers.contains("access-control-allow-origin"))
    return {};
  return answer->headers.at("access-control-allow-origin");
}

http_server_options for_pages(const std::vector<std::string>& origins) {
  http_server_options options;
  options.cors = cors_policy(origins);
  return options;
}

} // namespace

TEST_CASE("origins are taken as browsers write them") {
  const auto parsed = [](const char* text) { return parse_cors_origin(text).value_or("refused"); };
  for (const char* same :
       {"*", "null", "https://example.org", "http://localhost:5173", "http://[::1]:3000",
        "http://127.0.0.1:8080", "tauri://localhost", "chrome-extension://abcdefgh"})
    CHECK(parsed(same) == same);
  CHECK(parsed("HTTPS://Example.ORG") == "https://example.org");
  CHECK(parsed("https://example.org:443") == "https://example.org");
  CHECK(parsed("http://example.org:80") == "http://example.org");
  CHECK(parsed("http://[::1]:80") == "http://[::1]");
  CHECK(parsed("https://example.org:80") == "https://example.org:80");
}

TEST_CASE("what no browser would send as an origin is refused with a reason") {
  for (const char* text : {"", "example.org", "https://", "https://example.org/",
                           "https://example.org/path", "https://*.example.org", "https://a b",
                           "http://localhost:*", "http://localhost:", "http://localhost:123456",
                           "http://[::1", "://x", "https://u@example.org", "https://a\r\nX: y"}) {
    CAPTURE(text);
    const auto origin = parse_cors_origin(text);
    REQUIRE_FALSE(origin);
    CHECK(origin.error().code == error_code::invalid_config);
    CHECK(origin.error().message.starts_with("must be *, null or an origin"));
  }
}

TEST_CASE("without origins nothing is said") {
  const cors_policy nobody;
  CHECK_FALSE(nobody.enabled());
  CHECK(nobody.header_lines(page).empty());
  CHECK(nobody.header_lines(std::nullopt).empty());
}

TEST_CASE("one page of several is named and caches are told that answers differ") {
  const cors_policy policy({page, "null"});
  CHECK(policy.header_lines(page) ==
        "Access-Control-Allow-Origin: https://example.org\r\nVary: Origin\r\n"
        "Access-Control-Expose-Headers: X-Request-Id, Retry-After, X-Hadal-Truncated\r\n");
  CHECK(policy.header_lines("null").starts_with("Access-Control-Allow-Origin: null\r\n"));
  CHECK(policy.header_lines("https://other.org") == "Vary: Origin\r\n");
  CHECK(policy.header_lines("") == "Vary: Origin\r\n");
  CHECK(policy.header_lines(std::nullopt) == "Vary: Origin\r\n");
}

TEST_CASE("where all pages are allowed all answers are the same") {
  const cors_policy policy({page, "*"});
  for (const std::optional<std::string_view> origin :
       {std::optional<std::string_view>(page), std::optional<std::string_view>("null"),
        std::optional<std::string_view>(""), std::optional<std::string_view>()})
    CHECK(policy.header_lines(origin) ==
          "Access-Control-Allow-Origin: *\r\n"
          "Access-Control-Expose-Headers: X-Request-Id, Retry-After, X-Hadal-Truncated\r\n");
}

TEST_CASE("the only page there is may read what was refused before it was read") {
  CHECK(cors_policy({page}).header_lines(std::nullopt).find(page) != std::string_view::npos);
}

TEST_CASE("a preflight gets what it asks for") {
  const cors_policy policy({page});
  auto asked = preflight_of(page);
  const auto plain = policy.preflight(asked, "POST");
  CHECK(plain.status == 204);
  CHECK(plain.body.empty());
  CHECK(header_of(plain, "Allow") == "POST, OPTIONS");
  CHECK(header_of(plain, "Access-Control-Allow-Methods") == "POST");
  CHECK(header_of(plain, "Access-Control-Allow-Headers") == "Authorization, Content-Type");
  CHECK(header_of(plain, "Access-Control-Max-Age") == "7200");
  CHECK(header_of(plain, "Access-Control-Allow-Private-Network").empty());
  const std::string headers = "authorization,content-type,x-stainless-arch,x-stainless-lang";
  asked.headers.push_back({"Access-Control-Request-Headers", headers});
  CHECK(header_of(policy.preflight(asked, ""), "Access-Control-Allow-Headers") == headers);
  // An unknown path has it too: the page must be able to read the 404.
  CHECK(header_of(policy.preflight(preflight_of(page, "PUT"), ""),
                  "Access-Control-Allow-Methods") == "PUT");
}

TEST_CASE("a preflight of another page, or an OPTIONS that is none, allows nothing") {
  const cors_policy policy({page});
  for (const auto& asked : {preflight_of("https://other.org"), preflight_of(page, "")}) {
    const auto answer = policy.preflight(asked, "GET, HEAD");
    CHECK(answer.status == 204);
    CHECK(header_of(answer, "Allow") == "GET, HEAD, OPTIONS");
    CHECK(answer.headers.size() == 1);
  }
}

TEST_CASE("a private network is opened to pages that are named, not to all") {
  auto asked = preflight_of(page);
  asked.headers.push_back({"Access-Control-Request-Private-Network", "true"});
  const auto opened = [&](const std::vector<std::string>& origins) {
    return header_of(cors_policy(origins).preflight(asked, "POST"),
                     "Access-Control-Allow-Private-Network");
  };
  CHECK(opened({page}) == "true");
  CHECK(opened({page, "*"}) == "true");
  CHECK(opened({"*"}).empty());
}

TEST_CASE("the origin of a broken head is found in its text") {
  CHECK(origin_in("GET / HTTP/1.1\r\nHost: x\r\nOrigin: https://a.org \r\nA b\r\n") ==
        "https://a.org");
  CHECK(origin_in("GET / HTTP/1.1\noRIGIN:null") == "null");
  CHECK(origin_in("GET / HTTP/1.1\r\nX-Origin: a\r\nOrigin:\r\n").empty());
  CHECK(origin_in("Origin: a").empty());
  CHECK(origin_in("").empty());
}

TEST_CASE("every answer of a server names the page, those of the protocol too") {
  const std::string from = "Host: x\r\nOrigin: " + page + "\r\n";
  for (const std::vector<std::string>& origins :
       {std::vector<std::string>{"*"}, std::vector<std::string>{"http://localhost", page}}) {
    const std::string expected = origins.size() == 1 ? "*" : page;
    scripted_server server(for_pages(origins));
    for (const std::string& text :
         {"GET /echo HTTP/1.1\r\n" + from + "\r\n", "GET /nothing HTTP/1.1\r\n" + from + "\r\n",
          "GET /stream HTTP/1.1\r\n" + from + "\r\n", "GET /drop HTTP/1.1\r\n" + from + "\r\n",
          "BREW / HTTP/1.1\r\n" + from + "\r\n", "GET / HTTP/1.1\r\n" + from + "A b\r\n\r\n",
          "GET / HTTP/1.1\r\n" + from + "A: " + std::string(20'000, 'a') + "\r\n\r\n",
          "POST /echo HTTP/1.1\r\n" + from + "Content-Length: 2097152\r\n\r\n",
          "POST /echo HTTP/1.1\r\n" + from + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
      CAPTURE(text.substr(0, 120), expected);
      CHECK(allowed_origin(ask(server.port(), text)) == expected);
    }
  }
}

TEST_CASE("a page that is not allowed gets its answer without a name") {
  scripted_server server(for_pages({page}));
  const auto answer =
      ask(server.port(), "GET /echo HTTP/1.1\r\nHost: x\r\nOrigin: https://other.org\r\n\r\n");
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(allowed_origin(answer).empty());
  CHECK(answer->headers.at("vary") == "Origin");
}

TEST_CASE("pages of one connection are told apart, request by request") {
  scripted_server server(for_pages({page, "http://localhost"}));
  raw_client client(server.port());
  for (const std::string& origin : {page, std::string("http://localhost"), page, std::string()}) {
    client.send("GET /echo HTTP/1.1\r\nHost: x\r\n" +
                (origin.empty() ? "" : "Origin: " + origin + "\r\n") + "\r\n");
    CHECK(allowed_origin(client.read_answer()) == origin);
  }
}

TEST_CASE("a server without pages names none") {
  scripted_server server;
  const auto answer = ask(server.port(), "GET /echo HTTP/1.1\r\nHost: x\r\nOrigin: null\r\n\r\n");
  REQUIRE(answer);
  CHECK(allowed_origin(answer).empty());
  CHECK_FALSE(answer->headers.contains("vary"));
}
