#pragma once
// The file of --api-key-file: one JSON object a line, empty lines aside,
//   {"key": "...", "name": "...", "weight": 1, "max_concurrency": 8,
//    "tokens_per_minute": 60000, "admin": false}
// `key` must be there; what else is left out has no limit. Unknown members, members twice, keys
// twice and names twice are refused. No message ever holds a key.

#include "actors/server/options.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::server {

/// What has been read of a key. `weight` and `admin` have no effect so far.
struct api_key_record {
  std::string key;
  std::string name;                            // stands in logs for the key; "key-3" of line 3
  std::int64_t weight = 1;                     // share under load
  std::optional<std::int64_t> max_concurrency; // requests at once
  std::optional<std::int64_t> tokens_per_minute;
  bool admin = false;
};

/// Errors: invalid_config; the message names line and member.
result<std::vector<api_key_record>> parse_api_keys(std::string_view text);

/// The same for a file, whose path opens every message. A file without a key is an error: it would
/// mean a server without a lock. Errors also: io_error (param = the path).
result<std::vector<api_key_record>> load_api_keys(const std::filesystem::path& file);

/// Every key that may pass: --api-key, then those of --api-key-file. Errors: as load_api_keys, the
/// message opened by the flag.
result<std::vector<std::string>> accepted_keys(const serve_options& options);

} // namespace hadal::server
