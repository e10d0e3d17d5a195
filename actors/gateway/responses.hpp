#pragma once
// Ends an exchange with a whole answer, and counts it.

#include "base/error.hpp"
#include "net/admin/metrics.hpp"
#include "net/http/handler.hpp"
#include "net/openai/route.hpp"

#include <optional>
#include <string_view>

namespace hadal::actors {

/// `id` names the answer in X-Request-Id if the client gave no name. `route` is empty for paths
/// that the server does not have.
void respond(net::metrics& metrics, const net::exchange_ptr& ex, std::optional<net::route> route,
             net::http_response response, std::string_view id = {});

void respond_error(net::metrics& metrics, const net::exchange_ptr& ex,
                   std::optional<net::route> route, const error& e);

} // namespace hadal::actors
