#pragma once
// Every setting of `hadal serve`, as plain data: no CAF, no parser, no clock. The flags that fill
// it are in serve_flags.cpp, one entry per member; each has an environment twin (flags.hpp). A
// member whose default depends on the model (context length) or on the machine (cores) is empty if
// not set: `resolve_limits` computes the final numbers.
//
// Units are in the names: tokens, bytes, milliseconds.

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "model/chat/output/output_parsers.hpp"
#include "model/config/model_config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hadal::server {

enum class load_format : std::uint8_t {
  automatic,   // the format of the checkpoint: safetensors
  safetensors, // as automatic, but named explicitly
  dummy,       // seeded random weights; only config.json is read
};

enum class device_kind : std::uint8_t {
  cpu,
  null,   // pseudo-random tokens at no cost, for benchmarks of all but the model
  replay, // scripted tokens, for tests of clients without weights
  queued, // the CPU, computing later on a thread of its own as a device does: for tests
};

/// Which CPU kernels run.
enum class cpu_isa : std::uint8_t {
  automatic, // the best that this CPU supports
  scalar,    // the oracle
  avx2,
  avx512, // with BF16 if the CPU has it
  amx,
};

/// Placement on machines with several NUMA nodes.
enum class numa_mode : std::uint8_t {
  automatic, // threads stay on their nodes; weights are on the node that reads them
  off,       // no placement: the system decides
};

/// Source of sampling parameters that a request leaves out.
enum class sampling_defaults : std::uint8_t {
  model,  // the checkpoint's generation_config.json
  openai, // temperature 1, top_p 1, no top_k, no min_p, no penalties
};

/// When the calls of a streamed answer are sent.
enum class tool_call_streaming : std::uint8_t {
  held, // once a call has closed and parsed, so that a broken one can become text
  live, // as they arrive; a broken call ends the stream with an error
};

struct serve_options {
  // Model. An empty path means the default model (model_choice.hpp).
  std::string model_path;     // a local directory or a hub id
  std::string tokenizer_path; // empty: beside the model
  std::string revision;       // of a hub id; empty: main
  enum load_format load_format = load_format::automatic;
  std::optional<model::compute_dtype> dtype; // empty: that of the checkpoint
  model::fp8_compute fp8_compute = model::fp8_compute::w8a8;
  std::optional<std::int32_t> context_length; // empty: from config.json
  bool skip_tokenizer_init = false;           // token ids only
  std::string chat_encoding;      // "deepseek-v3.1", ...; empty: the checkpoint's template decides
  std::string chat_template;      // a file with a template; empty: that of the checkpoint
  bool trust_remote_code = false; // accepted and without effect: no code is ever run

  // Answers. Empty parsers are chosen by the chat's encoding.
  std::optional<model::reasoning_parser> reasoning_parser;
  std::optional<model::tool_call_parser_kind> tool_call_parser;
  enum tool_call_streaming tool_call_streaming = tool_call_streaming::held;

  // Network.
  std::string host = "127.0.0.1";
  std::uint16_t port = 30000; // 0: any free one
  std::vector<std::string> served_model_names;
  bool allow_any_model_name = false;
  std::string api_key;                         // empty: none
  std::string api_key_file;                    // empty: none; api_keys.hpp reads it
  std::vector<std::string> cors_allow_origins; // origins of pages that may read answers; "*": all

  // Scheduling.
  enum device_kind device = device_kind::cpu;
  std::string replay_file; // only with device replay
  enum cpu_isa cpu_isa = cpu_isa::automatic;
  std::optional<std::uint32_t> threads; // of the CPU backend; empty: one per core
  enum numa_mode numa = numa_mode::automatic;
  std::optional<std::uint32_t> io_threads; // of HTTP; empty: one for every four cores
  std::uint32_t max_running_requests = limits::max_running_requests;
  std::optional<std::int64_t> max_total_tokens;                     // in the KV pool
  std::int32_t chunked_prefill_size = limits::chunked_prefill_size; // -1: whole prompts
  bool enable_deterministic_inference = false;

  // Sampling.
  std::optional<std::uint64_t> random_seed; // empty: random
  enum sampling_defaults sampling_defaults = sampling_defaults::model;
  bool stream_response_default_include_usage = false;
  bool enable_custom_logit_processor = false; // only known processors, recognised by their bytes

  // Limits.
  std::optional<std::uint64_t> max_queued_requests;
  std::optional<std::int64_t> max_queued_tokens; // prompt tokens of waiting requests
  std::uint64_t max_connections = limits::connections_max;
  std::uint64_t max_streams = limits::streams_max;
  std::uint64_t max_header_bytes = limits::header_bytes_max;
  std::uint64_t max_header_fields = limits::header_fields_max;
  std::optional<std::uint64_t> max_body_bytes;
  std::uint32_t read_timeout_ms = limits::read_timeout_ms;
  std::uint32_t keep_alive_timeout_ms = limits::keep_alive_timeout_ms;
  std::uint32_t drain_timeout_ms = limits::drain_timeout_ms;
  bool allow_auto_truncate = false;

  // Logging.
  log::level log_level = log::level::info;
  bool enable_metrics = false; // accepted, without effect: /metrics always exists
};

/// The final values of settings that were left open.
struct serve_limits {
  std::int32_t context_length = 0;   // tokens of one sequence; never more than the pool holds
  std::int64_t max_total_tokens = 0; // a multiple of the page size
  std::int32_t chunked_prefill_size = 0;
  std::uint64_t max_queued_requests = 0;
  std::int64_t max_queued_tokens = 0;
  std::uint64_t max_body_bytes = 0;
  std::uint32_t threads = 0;
  std::uint32_t io_threads = 0;
};

/// Computes settings that were left open. `model_context_length` is that of the checkpoint
/// (max_position_embeddings), `cores` the number of cores that this process may use. Errors:
/// invalid_config (param = the flag): a context longer than the model's, a pool of less than one
/// page.
result<serve_limits> resolve_limits(const serve_options& options, std::int32_t model_context_length,
                                    std::uint32_t cores);

/// Checks settings against each other; single values were checked when they were read. Errors:
/// invalid_config (param = the flag).
result<void> validate(const serve_options& options);

/// Warnings to log before a server starts with these settings: a public address without a key,
/// flags without effect.
std::vector<std::string> start_warnings(const serve_options& options);

/// Cores that this process may run on, at least 1.
std::uint32_t usable_cores() noexcept;

} // namespace hadal::server
