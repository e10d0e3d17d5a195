#pragma once
// POST /separate_reasoning and POST /parse_function_call: parse a text without a model, for tests
// of clients and parsers.

#include "base/result.hpp"
#include "net/http/handler.hpp"
#include "net/openai/chat_request.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

struct separate_reasoning_request {
  std::string text;
  std::string reasoning_parser; // empty when absent: the server's
};

struct parse_function_call_request {
  std::string text;
  std::vector<tool_definition> tools;
  std::string tool_call_parser; // empty when absent: the server's
};

/// Errors: invalid_json, invalid_request.
result<separate_reasoning_request> decode_separate_reasoning(std::string_view body);
result<parse_function_call_request> decode_parse_function_call(std::string_view body);

http_response separate_reasoning_response(std::string_view reasoning, std::string_view text);

/// A call found in a text.
struct parsed_call {
  std::string name;
  std::string parameters; // JSON, as the parser gives it
};

http_response parse_function_call_response(std::string_view normal_text,
                                           std::span<const parsed_call> calls);

} // namespace hadal::net
