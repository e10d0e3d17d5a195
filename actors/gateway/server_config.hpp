#pragma once
// The constant configuration that the gateways of one server share.

#include "actors/gateway/key_ledger.hpp"
#include "net/http/api_keys.hpp"
#include "net/http/cors.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hadal::actors {

struct server_config {
  std::vector<std::string> served_names; // the first one is the model's main name
  std::string model_path;                // for /v1/models
  std::string tokenizer_path;            // for /get_model_info
  std::string settings_json;             // members of /get_server_info, without keys and secrets
  bool allow_any_model_name = false;
  net::api_keys keys;
  net::cors_policy cors; // answers preflights; the connections add the headers of every answer
  std::shared_ptr<key_ledger> ledger; // limits of those keys; null: no limits
  std::size_t streams_max = 0;        // requests open at once, in each gateway
  bool include_usage_by_default = false;
  bool allow_auto_truncate = false;
  bool enable_custom_logit_processor = false;
  std::string version;
  std::int64_t started_s = 0; // Unix seconds
};

} // namespace hadal::actors
