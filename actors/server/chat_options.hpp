#pragma once
// Every setting of `hadal chat`, and the flags that fill it.

#include "actors/server/flags.hpp"
#include "actors/server/options.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hadal::server {

/// Members of a chat request that the user has set; empty ones are left out of the request.
struct chat_sampling {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> top_k;
  std::optional<double> min_p;
  std::optional<double> frequency_penalty;
  std::optional<double> presence_penalty;
  std::optional<double> repetition_penalty;
  std::optional<std::int64_t> seed;
  std::optional<std::int64_t> max_tokens;
  std::vector<std::string> stop;
};

struct chat_options {
  std::string url;   // empty: a server inside this process
  std::string model; // with a URL the name to ask for, else as serve.model_path
  std::string system;
  std::optional<bool> thinking; // empty: the default of the model
  std::uint32_t timeout_ms = 300'000;
  chat_sampling sampling;
  serve_options serve; // of the inner server; its api_key is sent to any server
};

/// The flags that fill `options`, which must outlive the table.
flag_table chat_flags(chat_options& options);

/// Errors: invalid_config (param = the flag or variable at fault).
result<chat_options> parse_chat_options(const std::vector<std::string>& arguments,
                                        const environment& variables);

} // namespace hadal::server
