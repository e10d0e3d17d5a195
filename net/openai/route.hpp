#pragma once
// Paths and methods of the HTTP API. A path is compared as sent (no normalising); the id of
// /v1/models/{id} is percent-decoded and may contain slashes.

#include "net/http/handler.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

enum class route : std::uint8_t {
  chat_completions,    // POST /v1/chat/completions, /chat/completions
  completions,         // POST /v1/completions, /completions
  models,              // GET /v1/models, /models
  model,               // GET /v1/models/{id}, /models/{id}
  generate,            // POST /generate
  separate_reasoning,  // POST /separate_reasoning
  parse_function_call, // POST /parse_function_call
  model_info,          // GET /get_model_info, /model_info
  server_info,         // GET /get_server_info, /server_info
  tokenize,            // POST /tokenize, /v1/tokenize
  detokenize,          // POST /detokenize, /v1/detokenize
  health,              // GET /health
  health_live,         // GET /health/live
  health_ready,        // GET /health/ready, /health_generate, /ping
  version,             // GET /version
  metrics,             // GET /metrics
  openapi,             // GET /openapi.json
};

/// The first path of the table above; a label of metrics, so clients cannot create labels.
std::string_view pattern(route r) noexcept;

/// The pattern of every route.
std::vector<std::string_view> route_patterns();

/// True for the routes that answer without a key.
bool is_public(route r) noexcept;

struct route_match {
  std::optional<route> found; // the path is known; the method may still be wrong
  bool method_allowed = false;
  std::string_view allow; // the Allow header of the path
  std::string model_id;   // of route::model
};

/// GET routes take HEAD too.
route_match match_route(std::string_view method, std::string_view path);

/// 404, or 405 with Allow, for a match that cannot be served.
http_response refuse_route(const route_match& match, const http_request& request);

} // namespace hadal::net
