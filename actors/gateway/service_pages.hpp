#pragma once
// The routes that are answered at once, in every state of the service: health, version, metrics,
// descriptions of server and models, and texts run through the parsers of answers. No session is
// started for them.

#include "actors/gateway/server_config.hpp"
#include "actors/protocol/service.hpp"
#include "actors/runtime/environment.hpp"
#include "net/http/handler.hpp"
#include "net/openai/route.hpp"

#include <string>
#include <string_view>

namespace hadal::actors {

/// The answer to a GET of `route`, which has no body. `model_id` is that of net::route::model; a
/// name that is not served is answered with model_not_found.
net::http_response page_of(net::route route, const std::string& model_id,
                           const server_config& config, const protocol::service_status& status,
                           runtime::environment& env);

/// The answer to /separate_reasoning or /parse_function_call, also where the body is refused.
/// Before the model is loaded its parsers are `none`.
net::http_response parsed_text_of(net::route route, std::string_view body,
                                  const protocol::service_status& status);

} // namespace hadal::actors
