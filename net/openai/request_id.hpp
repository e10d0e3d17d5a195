#pragma once
// The header X-Request-Id: the name by which a client and a server's operator speak of one request.

#include "net/http/handler.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace hadal::net {

/// The longest name that is taken.
inline constexpr std::size_t request_id_bytes_max = 128;

/// Adds the name that the client gave, if it is one: visible ASCII of up to request_id_bytes_max
/// bytes; else `own`, unless that is empty.
void add_request_id(std::vector<header_field>& headers, const http_request& request,
                    std::string_view own);

} // namespace hadal::net
