#include "actors/gateway/responses.hpp"

#include "net/openai/error_response.hpp"
#include "net/openai/request_id.hpp"

#include <utility>

namespace hadal::actors {

void respond(net::metrics& metrics, const net::exchange_ptr& ex, std::optional<net::route> route,
             net::http_response response, std::string_view id) {
  net::add_request_id(response.headers, ex->request(), id);
  metrics.count_http_request(route ? net::pattern(*route) : "other", response.status);
  ex->respond(std::move(response));
}

void respond_error(net::metrics& metrics, const net::exchange_ptr& ex,
                   std::optional<net::route> route, const error& e) {
  respond(metrics, ex, route, net::error_response(e));
}

} // namespace hadal::actors
