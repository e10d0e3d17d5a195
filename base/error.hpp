#pragma once
// One enum for every operating error and every client error; net/openai maps it to HTTP in one
// place.

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal {

enum class error_code : std::uint8_t {
  // What a client can get wrong.
  invalid_json = 1,        // 400, param null: not JSON, NaN, duplicate keys, bad UTF-8, too deep
  invalid_request,         // 400: a field has the wrong type or value; `param` names it
  context_length_exceeded, // 400: prompt + max_tokens over the context
  unauthorized,            // 401
  not_found,               // 404: no such path
  model_not_found,         // 404
  method_not_allowed,      // 405
  request_timeout,         // 408: the request came too slowly
  length_required,         // 411
  body_too_large,          // 413
  uri_too_long,            // 414
  unsupported_media_type,  // 415: Content-Type is not JSON, or the body is compressed
  expectation_failed,      // 417
  headers_too_large,       // 431
  key_limit,               // 429: the key's own limit
  bad_protocol,            // 400: not HTTP, or malformed in a way that allows request smuggling
  not_supported,           // 501: a method or transfer coding that Hadal does not implement
  version_not_supported,   // 505
  // The server has no capacity, or cannot serve at the moment.
  queue_full,   // 503
  draining,     // 503
  starting,     // 503
  model_failed, // 503: a shard, scheduler or parser died
  // The server ends a request.
  cancelled,
  deadline_exceeded,
  // Faults of files and of the machine. They make the start fail, never a request.
  io_error,           // a file cannot be opened, read or mapped
  invalid_config,     // config.json, generation_config.json, flags
  unsupported_model,  // an architecture or format that Hadal does not serve
  invalid_checkpoint, // safetensors or index: truncated, inconsistent, tensors missing
  invalid_tokenizer,  // tokenizer.json, tokenizer_config.json
  out_of_memory,
  internal, // 500: an error in Hadal that was caught
};

/// The code's name as it appears in logs and in the `code` member of an HTTP error.
std::string_view to_string(error_code code) noexcept;

/// A failed operation: its error code, a sentence for a person, and the field, file or tensor at
/// fault (empty when there is none).
struct error {
  error_code code = error_code::internal;
  std::string message;
  std::string param;
};

} // namespace hadal
