#pragma once
// Checks by its headers whether a body may be read as JSON. Accepted: no Content-Type,
// application/json and the +json types, and application/x-www-form-urlencoded, the default of
// common clients. Refused: any other type (a hostile web page can send text/plain without CORS
// preflight) and any Content-Encoding but identity.

#include "base/result.hpp"
#include "net/http/handler.hpp"

namespace hadal::net {

/// Errors: unsupported_media_type.
result<void> check_media_type(const http_request& request);

} // namespace hadal::net
