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
  unsupported_media_type,  // 415: a body that says it is not JSON, or is compressed
  expectation_failed,      // 417
  headers_too_large,       // 431
  key_limit,               // 429: the key's own limit
  bad_protocol,            // 400: not HTTP, or HTTP that must not be trusted
  not_supported,           // 501: a method or transfer coding HTTP defines but Hadal has not
  version_not_supported,   // 505
  // What the server can be short of.
  queue_full,   // 503
  draining,     // 503
  starting,     // 503
  model_failed, // 503: a shard, scheduler or parser died
  // What ends a request from inside.
  cancelled,
  deadline_exceeded,
  // What files and the machine can get wrong; they end the start, never a request.
  io_error,           // a file cannot be opened, read or mapped
  invalid_config,     // config.json, generation_config.json, flags
  unsupported_model,  // an architecture or format that Hadal does not serve
  invalid_checkpoint, // safetensors or index: truncated, lying, missing or mis-shaped tensors
  invalid_tokenizer,  // tokenizer.json, tokenizer_config.json
  out_of_memory,
  internal, // 500: a fault of ours that was caught
};

/// The code's name as it appears in logs and in the `code` member of an HTTP error.
std::string_view to_string(error_code code) noexcept;

/// A failed operation: what class of failure, a sentence for a person, and the field, file or
/// tensor at fault (empty when there is none).
struct error {
  error_code code = error_code::internal;
  std::string message;
  std::string param;
};

} // namespace hadal
