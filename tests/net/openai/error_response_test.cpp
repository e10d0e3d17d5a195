#include "net/openai/error_response.hpp"

#include "net/openai/stream_encoder.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

namespace {

std::string header(const http_response& response, std::string_view name) {
  for (const auto& field : response.headers)
    if (field.name == name)
      return field.value;
  return "absent";
}

} // namespace

TEST_CASE("every code has its status") {
  CHECK(http_status(error_code::invalid_json) == 400);
  CHECK(http_status(error_code::invalid_request) == 400);
  CHECK(http_status(error_code::context_length_exceeded) == 400);
  CHECK(http_status(error_code::bad_protocol) == 400);
  CHECK(http_status(error_code::unauthorized) == 401);
  CHECK(http_status(error_code::not_found) == 404);
  CHECK(http_status(error_code::model_not_found) == 404);
  CHECK(http_status(error_code::method_not_allowed) == 405);
  CHECK(http_status(error_code::request_timeout) == 408);
  CHECK(http_status(error_code::length_required) == 411);
  CHECK(http_status(error_code::body_too_large) == 413);
  CHECK(http_status(error_code::uri_too_long) == 414);
  CHECK(http_status(error_code::unsupported_media_type) == 415);
  CHECK(http_status(error_code::expectation_failed) == 417);
  CHECK(http_status(error_code::key_limit) == 429);
  CHECK(http_status(error_code::headers_too_large) == 431);
  CHECK(http_status(error_code::internal) == 500);
  CHECK(http_status(error_code::out_of_memory) == 500);
  CHECK(http_status(error_code::not_supported) == 501);
  CHECK(http_status(error_code::queue_full) == 503);
  CHECK(http_status(error_code::draining) == 503);
  CHECK(http_status(error_code::starting) == 503);
  CHECK(http_status(error_code::model_failed) == 503);
  CHECK(http_status(error_code::version_not_supported) == 505);
}

TEST_CASE("an error body is OpenAI's nested shape") {
  const auto r = error_response({error_code::invalid_request, "say \"what\"", "messages[0].role"});
  CHECK(r.status == 400);
  CHECK(r.content_type == "application/json");
  CHECK(r.body == R"({"error":{"message":"say \"what\"","type":"invalid_request_error",)"
                  R"("param":"messages[0].role","code":"invalid_request"}})");
  CHECK(header(r, "Retry-After") == "absent");
}

TEST_CASE("an error without a field has a null param") {
  CHECK(
      error_response({error_code::invalid_json, "m", ""}).body ==
      R"({"error":{"message":"m","type":"invalid_request_error","param":null,"code":"invalid_json"}})");
}

TEST_CASE("a refusal by load says when to come back") {
  for (const auto code : {error_code::queue_full, error_code::draining, error_code::starting,
                          error_code::model_failed, error_code::key_limit})
    CHECK(header(error_response({code, "m", ""}, 7), "Retry-After") == "7");
  CHECK(error_response({error_code::queue_full, "m", ""}).body ==
        R"({"error":{"message":"m","type":"server_error","param":null,"code":"queue_full"}})");
}

TEST_CASE("a missing key is asked for in OpenAI's words") {
  const auto r = error_response({error_code::unauthorized, "m", ""});
  CHECK(r.status == 401);
  CHECK(header(r, "WWW-Authenticate") == "Bearer");
  CHECK(r.body.find(R"("code":"invalid_api_key")") != std::string::npos);
}

TEST_CASE("an error in a stream is one event") {
  std::string out;
  append_error_event(out, {error_code::model_failed, "gone", ""});
  CHECK(out == "data: {\"error\":{\"message\":\"gone\",\"type\":\"server_error\",\"param\":null,"
               "\"code\":\"model_failed\"}}\n\n");
}
