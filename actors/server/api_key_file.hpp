#pragma once
// The file of --api-key-file: one JSON object per line, empty lines are ignored,
//   {"key": "...", "name": "...", "weight": 1, "max_concurrency": 8,
//    "tokens_per_minute": 60000, "admin": false}
// `key` is required; a missing limit means no limit. Unknown or duplicate members, duplicate keys
// and duplicate names are refused. No message contains a key.

#include "actors/server/options.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::server {

/// One key of the file. `weight` and `admin` have no effect so far.
struct api_key_record {
  std::string key;
  std::string name;                            // name in logs; default "key-3" for line 3
  std::int64_t weight = 1;                     // share under load
  std::optional<std::int64_t> max_concurrency; // requests at once
  std::optional<std::int64_t> tokens_per_minute;
  bool admin = false;
};

/// Errors: invalid_config; the message names line and member.
result<std::vector<api_key_record>> parse_api_keys(std::string_view text);

/// The same for a file, whose path begins every message. A file without keys is an error, because
/// the server would need no key. Errors also: io_error (param = the path).
result<std::vector<api_key_record>> load_api_keys(const std::filesystem::path& file);

/// All accepted keys: --api-key, then those of --api-key-file. Errors: as load_api_keys; the
/// message begins with the flag.
result<std::vector<std::string>> accepted_keys(const serve_options& options);

} // namespace hadal::server
