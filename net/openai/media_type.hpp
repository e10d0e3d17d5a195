#pragma once
// Whether a body may be read as JSON, by what its headers say. Taken: no Content-Type at all,
// application/json and the +json types, and application/x-www-form-urlencoded, which common clients
// say unasked. Not taken: any other type (text/plain is what a hostile web page can send without
// asking) and any Content-Encoding but identity.

#include "base/result.hpp"
#include "net/http/handler.hpp"

namespace hadal::net {

/// Errors: unsupported_media_type.
result<void> check_media_type(const http_request& request);

} // namespace hadal::net
