#pragma once
// What a desk refuses before a session is started, from the server's configuration and the state of
// the service. Pure.

#include "actors/gateway/server_config.hpp"
#include "actors/protocol/service.hpp"
#include "base/result.hpp"
#include "net/openai/generation_fields.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace hadal::actors {

/// Errors: model_not_found (param = "model").
result<void> check_model_name(const server_config& config, const std::string& model);

/// Errors: invalid_request (param = "custom_logit_processor": not enabled, or not a known one).
result<void> check_processor(const server_config& config, const net::generation_fields& fields);

/// Why the service cannot take a request now while `open` requests are open; empty if it can.
/// Codes: starting, draining, model_failed, queue_full.
std::optional<error> refusal_of(const server_config& config, protocol::service_phase phase,
                                std::size_t open);

} // namespace hadal::actors
