#pragma once
// Bodies of /health, /health/live and /health/ready: {"status":"ok"}, or 503 with the state's name
// and the usual error object.

#include "net/http/handler.hpp"

#include <cstdint>
#include <string_view>

namespace hadal::net {

enum class health_state : std::uint8_t { ok, starting, draining, failed, stalled };

/// "ok", "starting", ...
std::string_view to_string(health_state state) noexcept;

/// `detail` is added to a refusal ("loading shard 2 of 3"); may be empty.
http_response health_response(health_state state, std::string_view detail = {},
                              std::uint32_t retry_after_s = 1);

} // namespace hadal::net
