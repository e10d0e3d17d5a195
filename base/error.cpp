#include "base/error.hpp"

namespace hadal {

std::string_view to_string(error_code code) noexcept {
  switch (code) {
  case error_code::invalid_json: return "invalid_json";
  case error_code::invalid_request: return "invalid_request";
  case error_code::context_length_exceeded: return "context_length_exceeded";
  case error_code::unauthorized: return "unauthorized";
  case error_code::not_found: return "not_found";
  case error_code::model_not_found: return "model_not_found";
  case error_code::method_not_allowed: return "method_not_allowed";
  case error_code::request_timeout: return "request_timeout";
  case error_code::length_required: return "length_required";
  case error_code::body_too_large: return "body_too_large";
  case error_code::uri_too_long: return "uri_too_long";
  case error_code::unsupported_media_type: return "unsupported_media_type";
  case error_code::expectation_failed: return "expectation_failed";
  case error_code::headers_too_large: return "headers_too_large";
  case error_code::key_limit: return "key_limit";
  case error_code::bad_protocol: return "bad_protocol";
  case error_code::not_supported: return "not_supported";
  case error_code::version_not_supported: return "version_not_supported";
  case error_code::queue_full: return "queue_full";
  case error_code::draining: return "draining";
  case error_code::starting: return "starting";
  case error_code::model_failed: return "model_failed";
  case error_code::cancelled: return "cancelled";
  case error_code::deadline_exceeded: return "deadline_exceeded";
  case error_code::io_error: return "io_error";
  case error_code::invalid_config: return "invalid_config";
  case error_code::unsupported_model: return "unsupported_model";
  case error_code::invalid_checkpoint: return "invalid_checkpoint";
  case error_code::invalid_tokenizer: return "invalid_tokenizer";
  case error_code::out_of_memory: return "out_of_memory";
  case error_code::internal: return "internal";
  }
  return "internal";
}

} // namespace hadal
