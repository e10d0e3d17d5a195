#include "net/openai/error_response.hpp"

#include "net/openai/json_text.hpp"

namespace hadal::net {

namespace {

/// `type` follows from the status.
std::string_view error_type(unsigned status) noexcept {
  switch (status) {
  case 401: return "authentication_error";
  case 429: return "rate_limit_error";
  default: return status >= 500 ? "server_error" : "invalid_request_error";
  }
}

std::string_view wire_code(error_code code) noexcept {
  return code == error_code::unauthorized ? "invalid_api_key" : to_string(code);
}

} // namespace

unsigned http_status(error_code code) noexcept {
  switch (code) {
  case error_code::invalid_json:
  case error_code::invalid_request:
  case error_code::context_length_exceeded:
  case error_code::bad_protocol: return 400;
  case error_code::unauthorized: return 401;
  case error_code::not_found:
  case error_code::model_not_found: return 404;
  case error_code::method_not_allowed: return 405;
  case error_code::request_timeout: return 408;
  case error_code::length_required: return 411;
  case error_code::body_too_large: return 413;
  case error_code::uri_too_long: return 414;
  case error_code::unsupported_media_type: return 415;
  case error_code::expectation_failed: return 417;
  case error_code::key_limit: return 429;
  case error_code::headers_too_large: return 431;
  case error_code::not_supported: return 501;
  case error_code::queue_full:
  case error_code::draining:
  case error_code::starting:
  case error_code::model_failed: return 503;
  case error_code::version_not_supported: return 505;
  case error_code::cancelled:
  case error_code::deadline_exceeded:
  case error_code::io_error:
  case error_code::invalid_config:
  case error_code::unsupported_model:
  case error_code::invalid_checkpoint:
  case error_code::invalid_tokenizer:
  case error_code::out_of_memory:
  case error_code::internal: return 500;
  }
  return 500;
}

void append_error_object(std::string& out, const error& e) {
  out += R"({"message":)";
  append_json_string(out, e.message);
  out += R"(,"type":)";
  append_json_string(out, error_type(http_status(e.code)));
  out += R"(,"param":)";
  if (e.param.empty())
    out += "null";
  else
    append_json_string(out, e.param);
  out += R"(,"code":)";
  append_json_string(out, wire_code(e.code));
  out += '}';
}

http_response error_response(const error& e, std::uint32_t retry_after_s) {
  http_response response;
  response.status = http_status(e.code);
  response.body = R"({"error":)";
  append_error_object(response.body, e);
  response.body += '}';
  if (response.status == 429 || response.status == 503)
    response.headers.push_back({"Retry-After", std::to_string(retry_after_s)});
  if (response.status == 401)
    response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

} // namespace hadal::net
