#include "actors/server/options.hpp"

#include "base/http_limits.hpp"

#include <fmt/core.h>

#include <sched.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <thread>

namespace hadal::server {

namespace {

/// a * b, or the largest value if the product does not fit.
template <class T>
T saturating_product(T a, T b) noexcept {
  const auto largest = std::numeric_limits<T>::max();
  return b != 0 && a > largest / b ? largest : static_cast<T>(a * b);
}

bool is_loopback(std::string_view host) noexcept {
  return host == "localhost" || host == "::1" || host.substr(0, 4) == "127.";
}

result<std::int32_t> context_of(const serve_options& options, std::int32_t model_context_length) {
  if (!options.context_length)
    return model_context_length;
  if (*options.context_length > model_context_length)
    return fail(error_code::invalid_config,
                fmt::format("--context-length {} is longer than the model's own context of {} "
                            "tokens (max_position_embeddings)",
                            *options.context_length, model_context_length),
                "--context-length");
  return *options.context_length;
}

/// Large enough for a prompt that fills the context, in any spelling.
std::uint64_t default_body_bytes(std::int32_t context_length) noexcept {
  const auto wanted = saturating_product<std::uint64_t>(limits::body_bytes_per_token,
                                                        static_cast<std::uint64_t>(context_length));
  return std::clamp<std::uint64_t>(wanted, limits::body_bytes_max, limits::body_bytes_most);
}

} // namespace

result<serve_limits> resolve_limits(const serve_options& options, std::int32_t model_context_length,
                                    std::uint32_t cores) {
  serve_limits decided;
  HADAL_TRY_ASSIGN(context, context_of(options, model_context_length));
  const auto wanted = options.max_total_tokens.value_or(
      std::max(limits::cpu_pool_tokens_min, limits::cpu_pool_contexts * context));
  decided.max_total_tokens = wanted / limits::page_size_tokens * limits::page_size_tokens;
  if (decided.max_total_tokens == 0)
    return fail(error_code::invalid_config,
                fmt::format("--max-total-tokens {} holds no page of {} tokens", wanted,
                            limits::page_size_tokens),
                "--max-total-tokens");
  // A sequence longer than the whole pool can never finish.
  decided.context_length =
      static_cast<std::int32_t>(std::min<std::int64_t>(context, decided.max_total_tokens));
  decided.chunked_prefill_size =
      options.chunked_prefill_size < 0 ? decided.context_length : options.chunked_prefill_size;
  decided.max_queued_requests = options.max_queued_requests.value_or(
      std::max(limits::queued_requests_min,
               limits::queued_requests_per_running * options.max_running_requests));
  decided.max_queued_tokens = options.max_queued_tokens.value_or(
      saturating_product<std::int64_t>(limits::queued_contexts, decided.context_length));
  decided.max_body_bytes =
      options.max_body_bytes.value_or(default_body_bytes(decided.context_length));
  decided.threads = options.threads.value_or(std::max(1U, cores));
  decided.io_threads = options.io_threads.value_or(
      std::clamp(cores / limits::cores_per_io_thread, 1U, limits::io_threads_max));
  return decided;
}

result<void> validate(const serve_options& options) {
  if (options.skip_tokenizer_init && !options.tokenizer_path.empty())
    return fail(error_code::invalid_config,
                "--tokenizer-path cannot be used together with --skip-tokenizer-init",
                "--tokenizer-path");
  if (options.skip_tokenizer_init && !options.chat_encoding.empty())
    return fail(error_code::invalid_config,
                "--chat-encoding cannot be used together with --skip-tokenizer-init: without a "
                "tokenizer there is no chat",
                "--chat-encoding");
  if ((options.device == device_kind::replay) != !options.replay_file.empty())
    return fail(error_code::invalid_config,
                "--device replay and --replay-file need each other: the file says what is answered",
                options.replay_file.empty() ? "--device" : "--replay-file");
  if (options.device == device_kind::replay && options.skip_tokenizer_init)
    return fail(error_code::invalid_config,
                "--device replay cannot be used together with --skip-tokenizer-init: the script is "
                "text",
                "--skip-tokenizer-init");
  if (options.skip_tokenizer_init && !options.chat_template.empty())
    return fail(error_code::invalid_config,
                "--chat-template cannot be used together with --skip-tokenizer-init: without a "
                "tokenizer there is no chat",
                "--chat-template");
  if (!options.chat_encoding.empty() && !options.chat_template.empty())
    return fail(error_code::invalid_config,
                "--chat-template cannot be used together with --chat-encoding: each says how chats "
                "are written",
                "--chat-template");
  if (options.chunked_prefill_size == 0)
    return fail(error_code::invalid_config,
                "--chunked-prefill-size must be a number of tokens, or -1 for no chunks",
                "--chunked-prefill-size");
  return {};
}

std::vector<std::string> start_warnings(const serve_options& options) {
  std::vector<std::string> lines;
  if (!is_loopback(options.host) && options.api_key.empty() && options.api_key_file.empty())
    lines.push_back(fmt::format("anybody who reaches {}:{} can use this server: no --api-key is "
                                "set and the address is not this machine's own",
                                options.host, options.port));
  const auto& origins = options.cors_allow_origins;
  if (std::find(origins.begin(), origins.end(), "*") != origins.end() && options.api_key.empty() &&
      options.api_key_file.empty())
    lines.emplace_back("every web page that a user opens who can reach this server can use it: "
                       "--cors-allow-origin is * and no --api-key is set");
  if (!options.api_key_file.empty())
    lines.emplace_back("--api-key-file: weight and admin have no effect in this version");
  if (options.trust_remote_code)
    lines.emplace_back("--trust-remote-code has no effect: code of a checkpoint is never run");
  return lines;
}

std::uint32_t usable_cores() noexcept {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0)
    return static_cast<std::uint32_t>(CPU_COUNT(&allowed));
  return std::max(1U, std::thread::hardware_concurrency());
}

} // namespace hadal::server
