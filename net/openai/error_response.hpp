#pragma once
// The one place that maps an error code to HTTP: status, OpenAI's nested body
// {"error":{"message","type","param","code"}}, and the headers that the status asks for.

#include "base/error.hpp"
#include "net/http/handler.hpp"

#include <cstdint>
#include <string>

namespace hadal::net {

/// The status of a code; 500 for codes that concern no client.
unsigned http_status(error_code code) noexcept;

/// {"message","type","param","code"}: the value of "error".
void append_error_object(std::string& out, const error& e);

/// The answer to a failed request. 429 and 503 carry Retry-After, 401 WWW-Authenticate.
http_response error_response(const error& e, std::uint32_t retry_after_s = 1);

} // namespace hadal::net
