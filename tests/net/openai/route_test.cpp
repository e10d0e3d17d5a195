#include "net/openai/route.hpp"

#include "tests/support/catch.hpp"

using namespace hadal::net;

TEST_CASE("each path and method finds its route") {
  struct row {
    const char* method;
    const char* path;
    route found;
  };
  for (const auto& r : {row{"POST", "/v1/chat/completions", route::chat_completions},
                        row{"POST", "/v1/completions", route::completions},
                        row{"GET", "/v1/models", route::models},
                        row{"HEAD", "/v1/models", route::models},
                        row{"GET", "/v1/models/x", route::model},
                        row{"POST", "/tokenize", route::tokenize},
                        row{"POST", "/v1/tokenize", route::tokenize},
                        row{"POST", "/detokenize", route::detokenize},
                        row{"POST", "/v1/detokenize", route::detokenize},
                        row{"GET", "/health", route::health},
                        row{"GET", "/health/live", route::health_live},
                        row{"GET", "/health/ready", route::health_ready},
                        row{"GET", "/version", route::version},
                        row{"GET", "/metrics", route::metrics},
                        row{"POST", "/chat/completions", route::chat_completions},
                        row{"POST", "/completions", route::completions},
                        row{"GET", "/models", route::models},
                        row{"GET", "/models/a/b", route::model},
                        row{"GET", "/ping", route::health_ready},
                        row{"GET", "/health_generate", route::health_ready}}) {
    CAPTURE(r.path);
    const auto match = match_route(r.method, r.path);
    REQUIRE(match.found);
    CHECK(*match.found == r.found);
    CHECK(match.method_allowed);
  }
}

TEST_CASE("a model's id may have slashes, as such or percent-encoded") {
  CHECK(match_route("GET", "/v1/models/deepseek-ai/DeepSeek-V3").model_id ==
        "deepseek-ai/DeepSeek-V3");
  CHECK(match_route("GET", "/v1/models/deepseek-ai%2FDeepSeek%2dV3").model_id ==
        "deepseek-ai/DeepSeek-V3");
  CHECK(match_route("GET", "/v1/models/a%").found == std::nullopt);
  CHECK(match_route("GET", "/v1/models/a%4").found == std::nullopt);
  CHECK(match_route("GET", "/v1/models/a%zz").found == std::nullopt);
}

TEST_CASE("unknown paths are 404 and nothing is normalised") {
  for (const char* path : {"/", "", "/v1", "/v1/", "/v1/models/", "//v1/models", "/V1/models",
                           "/v1/chat/completions/", "/health/", "/v1/../metrics", "*"}) {
    CAPTURE(path);
    const auto match = match_route("GET", path);
    CHECK_FALSE(match.found);
    http_request request;
    request.method = "GET";
    request.target = path;
    CHECK(refuse_route(match, request).status == 404);
  }
}

TEST_CASE("a wrong method is 405 with what is allowed") {
  http_request request;
  request.method = "GET";
  request.target = "/v1/chat/completions?x=1";
  const auto match = match_route(request.method, request.path());
  REQUIRE(match.found);
  CHECK_FALSE(match.method_allowed);
  const auto response = refuse_route(match, request);
  CHECK(response.status == 405);
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0].name == "Allow");
  CHECK(response.headers[0].value == "POST");
  CHECK(match_route("DELETE", "/health").allow == "GET, HEAD");
}

TEST_CASE("only health answers without a key") {
  for (const auto r : {route::chat_completions, route::completions, route::models, route::model,
                       route::tokenize, route::detokenize, route::version, route::metrics})
    CHECK_FALSE(is_public(r));
  CHECK(is_public(route::health));
  CHECK(is_public(route::health_live));
  CHECK(is_public(route::health_ready));
}

TEST_CASE("a route's pattern is its path") {
  CHECK(pattern(route::model) == "/v1/models/{id}");
  CHECK(pattern(route::tokenize) == "/tokenize");
  CHECK(pattern(route::metrics) == "/metrics");
}

TEST_CASE("a request's path leaves out the query and a proxy's authority") {
  http_request request;
  request.target = "/a/b?c=/d?e";
  CHECK(request.path() == "/a/b");
  request.target = "http://host:80/a?x";
  CHECK(request.path() == "/a");
  request.target = "HTTP://host";
  CHECK(request.path() == "/");
}

TEST_CASE("headers are found whatever their case, the first of a name wins") {
  http_request request;
  request.headers = {{"X-A", "1"}, {"x-a", "2"}};
  CHECK(request.header("x-A") == "1");
  CHECK(request.header("x-b").empty());
}
