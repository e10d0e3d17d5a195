#pragma once
// Decodes JSON bodies strictly. A body passes three checks: it is JSON within our limits (else
// `invalid_json`, no param), each known field has its type and range (else `invalid_request`, param
// is the field's path, such as "messages[2].content[0].type"), and the fields agree with each
// other. null means absent; unknown fields are ignored, but their JSON must be valid too.
//
// What is not JSON: anything simdjson refuses (NaN, Infinity, 1e999, bytes that are not UTF-8,
// integers beyond 64 bits), a duplicate key in an object, a lone surrogate, nesting deeper than
// limits::json_depth_max (the outermost value counts as 1).
//
// Functions are pure and may run on any thread at once. They never throw.

#include "base/result.hpp"
#include "net/openai/chat_request.hpp"
#include "net/openai/completion_request.hpp"
#include "net/openai/tokenize_request.hpp"

#include <string_view>

namespace hadal::net {

/// Errors: invalid_json, invalid_request.
result<chat_request> decode_chat_request(std::string_view body);

/// Errors: invalid_json, invalid_request.
result<completion_request> decode_completion_request(std::string_view body);

/// Errors: invalid_json, invalid_request.
result<tokenize_request> decode_tokenize_request(std::string_view body);

/// Errors: invalid_json, invalid_request.
result<detokenize_request> decode_detokenize_request(std::string_view body);

} // namespace hadal::net
