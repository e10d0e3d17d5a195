#include "actors/server/serve_flags.hpp"

#include "tests/actors/server/fake_environment.hpp"
#include "tests/support/catch.hpp"

#include <set>

namespace {

using namespace hadal::server;
using hadal::model::compute_dtype;
using hadal::model::reasoning_parser;
using hadal::model::tool_call_parser_kind;
using hadal::server::testing::with_variables;

/// One value of one flag, and what the options must say once it was read.
struct flag_case {
  std::string flag;
  std::string value;
  std::function<bool(const serve_options&)> holds;
};

std::vector<flag_case> flag_cases() {
  return {
      {"--model-path", "/m", [](const auto& o) { return o.model_path == "/m"; }},
      {"--tokenizer-path", "/t", [](const auto& o) { return o.tokenizer_path == "/t"; }},
      {"--revision", "v2", [](const auto& o) { return o.revision == "v2"; }},
      {"--load-format", "auto",
       [](const auto& o) { return o.load_format == load_format::automatic; }},
      {"--load-format", "safetensors",
       [](const auto& o) { return o.load_format == load_format::safetensors; }},
      {"--load-format", "dummy", [](const auto& o) { return o.load_format == load_format::dummy; }},
      {"--dtype", "auto", [](const auto& o) { return !o.dtype.has_value(); }},
      {"--dtype", "float32", [](const auto& o) { return o.dtype == compute_dtype::float32; }},
      {"--dtype", "float", [](const auto& o) { return o.dtype == compute_dtype::float32; }},
      {"--dtype", "bfloat16", [](const auto& o) { return o.dtype == compute_dtype::bfloat16; }},
      {"--dtype", "float16", [](const auto& o) { return o.dtype == compute_dtype::float16; }},
      {"--dtype", "half", [](const auto& o) { return o.dtype == compute_dtype::float16; }},
      {"--fp8-compute", "w8a8",
       [](const auto& o) { return o.fp8_compute == hadal::model::fp8_compute::w8a8; }},
      {"--fp8-compute", "weight-only",
       [](const auto& o) { return o.fp8_compute == hadal::model::fp8_compute::weight_only; }},
      {"--context-length", "2048", [](const auto& o) { return o.context_length == 2048; }},
      {"--skip-tokenizer-init", "true", [](const auto& o) { return o.skip_tokenizer_init; }},
      {"--chat-encoding", "auto", [](const auto& o) { return o.chat_encoding.empty(); }},
      {"--chat-encoding", "deepseek-v3.1",
       [](const auto& o) { return o.chat_encoding == "deepseek-v3.1"; }},
      {"--chat-template", "f.jinja", [](const auto& o) { return o.chat_template == "f.jinja"; }},
      {"--trust-remote-code", "true", [](const auto& o) { return o.trust_remote_code; }},
      {"--reasoning-parser", "auto", [](const auto& o) { return !o.reasoning_parser.has_value(); }},
      {"--reasoning-parser", "deepseek-r1",
       [](const auto& o) { return o.reasoning_parser == reasoning_parser::deepseek_r1; }},
      {"--reasoning-parser", "deepseek-v3",
       [](const auto& o) { return o.reasoning_parser == reasoning_parser::deepseek_v3; }},
      {"--reasoning-parser", "none",
       [](const auto& o) { return o.reasoning_parser == reasoning_parser::none; }},
      {"--tool-call-parser", "auto", [](const auto& o) { return !o.tool_call_parser.has_value(); }},
      {"--tool-call-parser", "deepseekv3",
       [](const auto& o) { return o.tool_call_parser == tool_call_parser_kind::deepseekv3; }},
      {"--tool-call-parser", "deepseekv31",
       [](const auto& o) { return o.tool_call_parser == tool_call_parser_kind::deepseekv31; }},
      {"--tool-call-parser", "deepseekv32",
       [](const auto& o) { return o.tool_call_parser == tool_call_parser_kind::deepseekv32; }},
      {"--tool-call-parser", "none",
       [](const auto& o) { return o.tool_call_parser == tool_call_parser_kind::none; }},
      {"--tool-call-streaming", "held",
       [](const auto& o) { return o.tool_call_streaming == tool_call_streaming::held; }},
      {"--tool-call-streaming", "live",
       [](const auto& o) { return o.tool_call_streaming == tool_call_streaming::live; }},
      {"--host", "0.0.0.0", [](const auto& o) { return o.host == "0.0.0.0"; }},
      {"--port", "8080", [](const auto& o) { return o.port == 8080; }},
      {"--port", "0", [](const auto& o) { return o.port == 0; }},
      {"--port", "65535", [](const auto& o) { return o.port == 65535; }},
      {"--api-key", "s3cret", [](const auto& o) { return o.api_key == "s3cret"; }},
      {"--api-key-file", "/k", [](const auto& o) { return o.api_key_file == "/k"; }},
      {"--served-model-name", "a",
       [](const auto& o) { return o.served_model_names == std::vector<std::string>{"a"}; }},
      {"--allow-any-model-name", "true", [](const auto& o) { return o.allow_any_model_name; }},
      {"--io-threads", "3", [](const auto& o) { return o.io_threads == 3U; }},
      {"--device", "auto", [](const auto& o) { return o.device == device_kind::cpu; }},
      {"--device", "cpu", [](const auto& o) { return o.device == device_kind::cpu; }},
      {"--device", "null", [](const auto& o) { return o.device == device_kind::null; }},
      {"--device", "queued", [](const auto& o) { return o.device == device_kind::queued; }},
      {"--cpu-isa", "auto", [](const auto& o) { return o.cpu_isa == cpu_isa::automatic; }},
      {"--device", "replay", [](const auto& o) { return o.device == device_kind::replay; }},
      {"--replay-file", "s.jsonl", [](const auto& o) { return o.replay_file == "s.jsonl"; }},
      {"--cpu-isa", "scalar", [](const auto& o) { return o.cpu_isa == cpu_isa::scalar; }},
      {"--cpu-isa", "avx2", [](const auto& o) { return o.cpu_isa == cpu_isa::avx2; }},
      {"--cpu-isa", "avx512", [](const auto& o) { return o.cpu_isa == cpu_isa::avx512; }},
      {"--cpu-isa", "amx", [](const auto& o) { return o.cpu_isa == cpu_isa::amx; }},
      {"--threads", "7", [](const auto& o) { return o.threads == 7U; }},
      {"--numa", "auto", [](const auto& o) { return o.numa == numa_mode::automatic; }},
      {"--numa", "off", [](const auto& o) { return o.numa == numa_mode::off; }},
      {"--max-running-requests", "9", [](const auto& o) { return o.max_running_requests == 9; }},
      {"--max-total-tokens", "640", [](const auto& o) { return o.max_total_tokens == 640; }},
      {"--chunked-prefill-size", "1", [](const auto& o) { return o.chunked_prefill_size == 1; }},
      {"--chunked-prefill-size", "-1", [](const auto& o) { return o.chunked_prefill_size == -1; }},
      {"--enable-deterministic-inference", "true",
       [](const auto& o) { return o.enable_deterministic_inference; }},
      {"--sampling-defaults", "model",
       [](const auto& o) { return o.sampling_defaults == sampling_defaults::model; }},
      {"--sampling-defaults", "openai",
       [](const auto& o) { return o.sampling_defaults == sampling_defaults::openai; }},
      {"--random-seed", "42", [](const auto& o) { return o.random_seed == 42U; }},
      {"--stream-response-default-include-usage", "true",
       [](const auto& o) { return o.stream_response_default_include_usage; }},
      {"--enable-custom-logit-processor", "true",
       [](const auto& o) { return o.enable_custom_logit_processor; }},
      {"--max-queued-requests", "0", [](const auto& o) { return o.max_queued_requests == 0U; }},
      {"--max-queued-tokens", "77", [](const auto& o) { return o.max_queued_tokens == 77; }},
      {"--max-connections", "12", [](const auto& o) { return o.max_connections == 12; }},
      {"--max-streams", "13", [](const auto& o) { return o.max_streams == 13; }},
      {"--max-header-bytes", "8192", [](const auto& o) { return o.max_header_bytes == 8192; }},
      {"--max-header-bytes", "8k", [](const auto& o) { return o.max_header_bytes == 8192; }},
      {"--max-header-fields", "14", [](const auto& o) { return o.max_header_fields == 14; }},
      {"--max-body-bytes", "2MiB", [](const auto& o) { return o.max_body_bytes == 2097152U; }},
      {"--cors-allow-origin", "HTTPS://Example.org:443",
       [](const auto& o) {
         return o.cors_allow_origins == std::vector<std::string>{"https://example.org"};
       }},
      {"--read-timeout", "1.5", [](const auto& o) { return o.read_timeout_ms == 1500; }},
      {"--keep-alive-timeout", "5", [](const auto& o) { return o.keep_alive_timeout_ms == 5000; }},
      {"--drain-timeout", "0", [](const auto& o) { return o.drain_timeout_ms == 0; }},
      {"--allow-auto-truncate", "true", [](const auto& o) { return o.allow_auto_truncate; }},
      {"--log-level", "debug",
       [](const auto& o) { return o.log_level == hadal::log::level::debug; }},
      {"--log-level", "warning",
       [](const auto& o) { return o.log_level == hadal::log::level::warning; }},
      {"--log-level", "error",
       [](const auto& o) { return o.log_level == hadal::log::level::error; }},
      {"--log-level", "off", [](const auto& o) { return o.log_level == hadal::log::level::off; }},
      {"--enable-metrics", "true", [](const auto& o) { return o.enable_metrics; }},
  };
}

/// The record before validation, so that each flag can be tried alone.
serve_options read(const std::vector<std::string>& arguments, const environment& variables) {
  serve_options options;
  const auto done = apply(serve_flags(options), arguments, variables);
  INFO((done ? "" : done.error().message));
  REQUIRE(done.has_value());
  return options;
}

} // namespace

TEST_CASE("every flag sets its option as an argument of its own") {
  for (const auto& c : flag_cases()) {
    INFO(c.flag << " " << c.value);
    serve_options options;
    const auto table = serve_flags(options);
    const auto f =
        std::find_if(table.begin(), table.end(), [&](const auto& x) { return x.name == c.flag; });
    REQUIRE(f != table.end());
    const auto arguments = f->is_switch() ? std::vector<std::string>{c.flag}
                                          : std::vector<std::string>{c.flag, c.value};
    CHECK(c.holds(read(arguments, with_variables())));
  }
}

TEST_CASE("every flag sets its option as one word with an equals sign") {
  for (const auto& c : flag_cases()) {
    INFO(c.flag << "=" << c.value);
    CHECK(c.holds(read({c.flag + "=" + c.value}, with_variables())));
  }
}

TEST_CASE("every flag sets its option by its environment twin") {
  for (const auto& c : flag_cases()) {
    INFO(variable_of(c.flag) << "=" << c.value);
    CHECK(c.holds(read({}, with_variables({{variable_of(c.flag), c.value}}))));
  }
}

TEST_CASE("the table of this test leaves no flag out") {
  std::set<std::string> tried;
  for (const auto& c : flag_cases())
    tried.insert(c.flag);
  serve_options options;
  for (const auto& f : serve_flags(options)) {
    INFO(f.name);
    CHECK(tried.count(f.name) == 1);
  }
}

TEST_CASE("every flag has a sentence, a group, and a name that no other flag or alias has") {
  serve_options options;
  std::set<std::string> names;
  for (const auto& f : serve_flags(options)) {
    INFO(f.name);
    CHECK_FALSE(f.help.empty());
    CHECK_FALSE(f.group.empty());
    CHECK(names.insert(f.name).second);
    for (const auto& alias : f.aliases)
      CHECK(names.insert(alias).second);
  }
}

TEST_CASE("the flag --model is another name of --model-path, as argument and as variable") {
  CHECK(read({"--model", "/m"}, with_variables()).model_path == "/m");
  CHECK(read({}, with_variables({{"HADAL_MODEL", "/m"}})).model_path == "/m");
  CHECK(read({}, with_variables({{"HADAL_MODEL", "/a"}, {"HADAL_MODEL_PATH", "/b"}})).model_path ==
        "/b");
}

TEST_CASE("without flags and variables the options are the documented defaults") {
  const auto options = parse_serve_options({}, with_variables());
  REQUIRE(options.has_value());
  CHECK(options->model_path.empty());
  CHECK(options->host == "127.0.0.1");
  CHECK(options->port == 30000);
  CHECK(options->max_running_requests == 256);
  CHECK(options->max_header_bytes == 16 * 1024);
  CHECK(options->max_header_fields == 100);
  CHECK_FALSE(options->max_body_bytes.has_value());
  CHECK(options->cors_allow_origins.empty());
  CHECK(options->read_timeout_ms == 30'000);
  CHECK(options->keep_alive_timeout_ms == 75'000);
  CHECK(options->drain_timeout_ms == 30'000);
  CHECK(options->max_connections == 4096);
  CHECK(options->max_streams == 1024);
  CHECK_FALSE(options->dtype.has_value());
  CHECK_FALSE(options->context_length.has_value());
  CHECK(options->log_level == hadal::log::level::info);
}
