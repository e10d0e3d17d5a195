#include "actors/server/serve_flags.hpp"

#include "actors/server/flag_values.hpp"
#include "base/http_limits.hpp"
#include "net/http/cors.hpp"

#include <utility>

namespace hadal::server {

namespace {

constexpr std::int64_t threads_most = 1024;
constexpr std::int64_t sequences_most = 65'536;
constexpr std::uint64_t header_bytes_most = 16 * 1024 * 1024;
constexpr std::uint32_t timeout_ms_least = 1;
constexpr std::uint32_t timeout_ms_most = 24 * 3600 * 1000;

/// Origins as browsers write them; a duplicate is an error.
value_setter cors_origins(std::vector<std::string>& into) {
  return [add = text_list(into)](std::string_view value) -> result<void> {
    HADAL_TRY_ASSIGN(origin, net::parse_cors_origin(value));
    return add(origin);
  };
}

/// Collects the flags of one group.
class group {
public:
  group(flag_table& table, std::string name) : table_{table}, name_{std::move(name)} {}

  void add(std::string name, std::string value, std::string help, value_setter set,
           std::vector<std::string> aliases = {}, bool repeatable = false) {
    table_.push_back({std::move(name), std::move(aliases), name_, std::move(value), std::move(help),
                      repeatable, std::move(set)});
  }

private:
  flag_table& table_;
  std::string name_;
};

void add_model_flags(flag_table& table, serve_options& o) {
  group g{table, "Model"};
  g.add("--model-path", "PATH",
        "a local folder, or a hub id found in the hub's cache (default: the model that comes with "
        "Hadal)",
        text(o.model_path), {"--model"});
  g.add("--tokenizer-path", "PATH", "folder of the tokenizer (default: the model's)",
        text(o.tokenizer_path));
  g.add("--revision", "NAME", "of a hub id: branch, tag or commit (default: main)",
        text(o.revision));
  g.add("--load-format", "FORMAT",
        "auto, safetensors, or dummy: seeded random weights from config.json alone (default: auto)",
        choice(o.load_format, {{"auto", load_format::automatic},
                               {"safetensors", load_format::safetensors},
                               {"dummy", load_format::dummy}}));
  g.add("--dtype", "TYPE",
        "what to compute in: auto, float32 (float), bfloat16 or float16 (half); auto keeps the "
        "checkpoint's own (default: auto)",
        choice(o.dtype, {{"auto", std::nullopt},
                         {"float32", model::compute_dtype::float32},
                         {"bfloat16", model::compute_dtype::bfloat16},
                         {"float16", model::compute_dtype::float16},
                         {"float", model::compute_dtype::float32},
                         {"half", model::compute_dtype::float16}}));
  g.add("--fp8-compute", "MODE",
        "FP8 checkpoints: w8a8 quantises activations too, weight-only keeps them in float32 "
        "(default: w8a8)",
        choice(o.fp8_compute, {{"w8a8", model::fp8_compute::w8a8},
                               {"weight-only", model::fp8_compute::weight_only}}));
  g.add("--context-length", "TOKENS",
        "the longest sequence, prompt and answer together (default: as config.json says)",
        integer(o.context_length, 1, int32_largest));
  g.add("--skip-tokenizer-init", "", "load no tokenizer and serve token ids only",
        on_off(o.skip_tokenizer_init));
  g.add("--chat-encoding", "NAME",
        "how a chat becomes a prompt: auto, deepseek-v2, -v3, -r1, -v3.1 or -v3.2 (default: auto: "
        "the native format that writes what the checkpoint's chat template writes, else the "
        "template itself)",
        choice(o.chat_encoding, {{"auto", ""},
                                 {"deepseek-v2", "deepseek-v2"},
                                 {"deepseek-v3", "deepseek-v3"},
                                 {"deepseek-r1", "deepseek-r1"},
                                 {"deepseek-v3.1", "deepseek-v3.1"},
                                 {"deepseek-v3.2", "deepseek-v3.2"}}));
  g.add("--chat-template", "FILE",
        "a Jinja template that writes the prompts of chats (default: the checkpoint's own)",
        text(o.chat_template));
  g.add("--trust-remote-code", "", "accepted and without effect: code of a checkpoint is never run",
        on_off(o.trust_remote_code));
}

void add_answer_flags(flag_table& table, serve_options& o) {
  using model::reasoning_parser;
  using model::tool_call_parser_kind;
  group g{table, "Answers"};
  g.add(
      "--reasoning-parser", "NAME",
      "what splits reasoning from the answer: auto, deepseek-r1, deepseek-v3 or none; deepseek-r1 "
      "also lets models that can do both think unless told otherwise (default: auto, by the "
      "chat's encoding)",
      choice(o.reasoning_parser, {{"auto", std::nullopt},
                                  {"deepseek-r1", reasoning_parser::deepseek_r1},
                                  {"deepseek-v3", reasoning_parser::deepseek_v3},
                                  {"none", reasoning_parser::none}}));
  g.add("--tool-call-parser", "NAME",
        "how the model writes tool calls: auto, deepseekv3, deepseekv31, deepseekv32 or none "
        "(default: auto, by the chat's encoding)",
        choice(o.tool_call_parser, {{"auto", std::nullopt},
                                    {"deepseekv3", tool_call_parser_kind::deepseekv3},
                                    {"deepseekv31", tool_call_parser_kind::deepseekv31},
                                    {"deepseekv32", tool_call_parser_kind::deepseekv32},
                                    {"none", tool_call_parser_kind::none}}));
  g.add(
      "--tool-call-streaming", "WHEN",
      "held sends a call once it is whole, so that a broken one can be text; live sends arguments "
      "as they come and ends the stream with an error when a call breaks (default: held)",
      choice(o.tool_call_streaming,
             {{"held", tool_call_streaming::held}, {"live", tool_call_streaming::live}}));
}

void add_network_flags(flag_table& table, serve_options& o) {
  group g{table, "Network"};
  g.add("--host", "ADDRESS", "address to listen on (default: 127.0.0.1)", text(o.host));
  g.add("--port", "PORT", "port to listen on, 0 for any free one (default: 30000)",
        integer(o.port, 0, 65'535));
  g.add("--api-key", "KEY",
        "the bearer key that every request but those to /health must carry (default: none)",
        text(o.api_key));
  g.add("--api-key-file", "FILE",
        "one JSON object a line: {\"key\", \"name\", \"weight\", \"max_concurrency\", "
        "\"tokens_per_minute\", \"admin\"} (default: none)",
        text(o.api_key_file));
  g.add("--cors-allow-origin", "ORIGIN",
        "a web page's origin, such as https://example.org, that may read the answers; can be given "
        "again; * for every page (default: none)",
        cors_origins(o.cors_allow_origins), {}, true);
  g.add("--served-model-name", "NAME",
        "a name that requests may ask for; can be given again (default: the model path and its "
        "last part)",
        text_list(o.served_model_names), {}, true);
  g.add("--allow-any-model-name", "", "answer whatever model a request asks for",
        on_off(o.allow_any_model_name));
  g.add("--io-threads", "N", "threads for connections (default: one for every four cores)",
        integer(o.io_threads, 1, threads_most));
}

/// "queued" is of use to tests alone, so neither --help nor an error offers it.
value_setter device(device_kind& into) {
  return [&into, offered = choice(into, {{"auto", device_kind::cpu},
                                         {"cpu", device_kind::cpu},
                                         {"null", device_kind::null},
                                         {"replay", device_kind::replay}})](
             std::string_view text) -> result<void> {
    if (text != "queued")
      return offered(text);
    into = device_kind::queued;
    return {};
  };
}

void add_scheduling_flags(flag_table& table, serve_options& o) {
  group g{table, "Scheduling"};
  g.add("--device", "DEVICE",
        "auto, cpu, null (pseudo-random tokens at no cost, to measure everything but a model) or "
        "replay (the answers of --replay-file; needs no weights) (default: auto)",
        device(o.device));
  g.add("--replay-file", "FILE",
        "what --device replay answers: one JSON object a line, {\"match\", \"text\" or "
        "\"pieces\", \"delay_ms\", \"end\"} (docs/API.md)",
        text(o.replay_file));
  g.add("--cpu-isa", "NAME",
        "CPU kernels: auto takes the best that this CPU runs of avx2, avx512 (with BF16 where it "
        "has that) and amx; scalar is the plain reference (default: auto)",
        choice(o.cpu_isa, {{"auto", cpu_isa::automatic},
                           {"scalar", cpu_isa::scalar},
                           {"avx2", cpu_isa::avx2},
                           {"avx512", cpu_isa::avx512},
                           {"amx", cpu_isa::amx}}));
  g.add("--threads", "N", "threads that compute (default: one a core)",
        integer(o.threads, 1, threads_most));
  g.add("--numa", "MODE",
        "auto places threads and weights on NUMA nodes, off leaves that to the system (default: "
        "auto)",
        choice(o.numa, {{"auto", numa_mode::automatic}, {"off", numa_mode::off}}));
  g.add("--max-running-requests", "N", "sequences that run at once (default: 256)",
        integer(o.max_running_requests, 1, sequences_most));
  g.add("--max-total-tokens", "TOKENS",
        "size of the KV cache (default: twice the context, at least 16384)",
        integer(o.max_total_tokens, limits::page_size_tokens, int64_largest));
  g.add("--chunked-prefill-size", "TOKENS",
        "prompt tokens in one step, -1 for whole prompts (default: 512)",
        integer(o.chunked_prefill_size, -1, int32_largest));
  g.add("--enable-deterministic-inference", "",
        "the same tokens whatever else runs: one order of every sum, whatever batch, chunk and "
        "thread count",
        on_off(o.enable_deterministic_inference));
}

void add_sampling_flags(flag_table& table, serve_options& o) {
  group g{table, "Sampling"};
  g.add("--sampling-defaults", "WHERE",
        "what a request leaves out: model takes it from generation_config.json, openai from "
        "OpenAI's API (default: model)",
        choice(o.sampling_defaults,
               {{"model", sampling_defaults::model}, {"openai", sampling_defaults::openai}}));
  g.add("--random-seed", "SEED",
        "for dummy weights and for requests without a seed of their own (default: drawn at start)",
        integer(o.random_seed, 0, int64_largest));
  g.add("--stream-response-default-include-usage", "",
        "every stream ends with its usage, asked for or not",
        on_off(o.stream_response_default_include_usage));
  g.add("--enable-custom-logit-processor", "",
        "take SGLang's thinking-budget processor, known by its bytes; no code is ever run",
        on_off(o.enable_custom_logit_processor));
}

void add_limit_flags(flag_table& table, serve_options& o) {
  group g{table, "Limits"};
  g.add("--max-queued-requests", "N",
        "requests that may wait; more are refused (default: 4 x running, at least 256)",
        integer(o.max_queued_requests, 0, int32_largest));
  g.add("--max-queued-tokens", "TOKENS", "prompt tokens that may wait (default: 8 x context)",
        integer(o.max_queued_tokens, 1, int64_largest));
  g.add("--max-connections", "N", "open connections (default: 4096)",
        integer(o.max_connections, 1, int32_largest));
  g.add("--max-streams", "N", "streamed answers at once (default: 1024)",
        integer(o.max_streams, 1, int32_largest));
  g.add("--max-header-bytes", "BYTES", "header of a request (default: 16k)",
        bytes(o.max_header_bytes, 256, header_bytes_most));
  g.add("--max-header-fields", "N", "header fields of a request (default: 100)",
        integer(o.max_header_fields, 1, int32_largest));
  g.add("--max-body-bytes", "BYTES",
        "body of a request (default: 16 for each token of the context, at least 1M)",
        bytes(o.max_body_bytes, 1, limits::body_bytes_most));
  g.add("--read-timeout", "SECONDS", "for a request to arrive once it has begun (default: 30)",
        seconds(o.read_timeout_ms, timeout_ms_least, timeout_ms_most));
  g.add("--keep-alive-timeout", "SECONDS",
        "for the next request of an idle connection (default: 75)",
        seconds(o.keep_alive_timeout_ms, timeout_ms_least, timeout_ms_most));
  g.add("--drain-timeout", "SECONDS", "for running requests to end at a stop (default: 30)",
        seconds(o.drain_timeout_ms, 0, timeout_ms_most));
  g.add("--allow-auto-truncate", "",
        "shorten what does not fit the context, and say so in the header X-Hadal-Truncated, "
        "instead of refusing it",
        on_off(o.allow_auto_truncate));
}

void add_logging_flags(flag_table& table, serve_options& o) {
  group g{table, "Logging"};
  g.add("--log-level", "LEVEL", "debug, info, warning, error or off (default: info)",
        log_level(o.log_level));
  g.add("--enable-metrics", "", "accepted and without effect: /metrics is always there",
        on_off(o.enable_metrics));
}

} // namespace

flag_table serve_flags(serve_options& options) {
  flag_table table;
  add_model_flags(table, options);
  add_answer_flags(table, options);
  add_network_flags(table, options);
  add_scheduling_flags(table, options);
  add_sampling_flags(table, options);
  add_limit_flags(table, options);
  add_logging_flags(table, options);
  return table;
}

result<serve_options> parse_serve_options(const std::vector<std::string>& arguments,
                                          const environment& variables) {
  serve_options options;
  HADAL_TRY(apply(serve_flags(options), arguments, variables));
  HADAL_TRY(validate(options));
  return options;
}

} // namespace hadal::server
