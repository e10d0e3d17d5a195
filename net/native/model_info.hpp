#pragma once
// GET /get_model_info and GET /get_server_info: facts about the server without secrets.

#include "net/http/handler.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::net {

struct model_info {
  std::string model_path;
  std::string tokenizer_path;
};

http_response model_info_response(const model_info& model);

/// The limits of the server; zeros until the model is loaded.
struct server_size {
  std::int64_t context_length = 0;
  std::int64_t max_total_tokens = 0; // of the KV cache
  std::int64_t max_running_requests = 0;
  std::int64_t max_step_tokens = 0;
};

/// `settings_json` are the members of the server's settings, without braces.
http_response server_info_response(std::string_view settings_json, const server_size& size,
                                   std::string_view status, std::string_view version);

} // namespace hadal::net
