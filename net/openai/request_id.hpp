#pragma once
// The header X-Request-Id: a name of a request for its client and for the operator of the server.

#include "net/http/handler.hpp"

#include <string_view>
#include <vector>

namespace hadal::net {

/// Adds the name that the client gave, if it is valid (visible ASCII of up to
/// limits::request_id_bytes_max bytes), else `own` unless that is empty.
void add_request_id(std::vector<header_field>& headers, const http_request& request,
                    std::string_view own);

} // namespace hadal::net
