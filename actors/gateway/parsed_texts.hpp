#pragma once
// The answers of /separate_reasoning and /parse_function_call: texts run through the parsers of
// answers, without a model. Time is linear in the text.

#include "base/result.hpp"
#include "model/chat/output/output_parsers.hpp"
#include "net/native/parse_request.hpp"

namespace hadal::actors {

/// Errors: invalid_request (param = "reasoning_parser": an unknown name).
result<net::http_response> separate_reasoning(const net::separate_reasoning_request& request,
                                              model::reasoning_parser own);

/// Errors: invalid_request (param = "tool_call_parser": an unknown name).
result<net::http_response> parse_function_call(const net::parse_function_call_request& request,
                                               model::tool_call_parser_kind own);

} // namespace hadal::actors
