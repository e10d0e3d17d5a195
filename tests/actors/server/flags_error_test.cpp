#include "actors/server/serve_flags.hpp"

#include "tests/actors/server/fake_environment.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace hadal::server;
using hadal::server::testing::with_variables;

/// What is given, and the whole message that must come back.
struct refusal {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> variables;
  std::string message;
  std::string param;
};

void check(const std::vector<refusal>& refusals) {
  for (const auto& r : refusals) {
    INFO(r.message);
    const auto options = parse_serve_options(r.arguments, with_variables(r.variables));
    REQUIRE_FALSE(options.has_value());
    CHECK(options.error().code == hadal::error_code::invalid_config);
    CHECK(options.error().message == r.message);
    CHECK(options.error().param == r.param);
  }
}

} // namespace

TEST_CASE("a bad value names the flag, what was found and what is allowed") {
  check({
      {{"--port", "abc"}, {}, "--port: 'abc' must be a whole number from 0 to 65535", "--port"},
      {{"--port=65536"}, {}, "--port: '65536' must be a whole number from 0 to 65535", "--port"},
      {{"--port", "-1"}, {}, "--port: '-1' must be a whole number from 0 to 65535", "--port"},
      {{"--port", "80.5"}, {}, "--port: '80.5' must be a whole number from 0 to 65535", "--port"},
      {{"--port", "+80"}, {}, "--port: '+80' must be a whole number from 0 to 65535", "--port"},
      {{"--port", " 80"}, {}, "--port: ' 80' must be a whole number from 0 to 65535", "--port"},
      {{"--port="}, {}, "--port: '' must be a whole number from 0 to 65535", "--port"},
      {{"--max-total-tokens", "99999999999999999999"},
       {},
       "--max-total-tokens: '99999999999999999999' must be a whole number of at least 64",
       "--max-total-tokens"},
      {{"--dtype", "int8"},
       {},
       "--dtype: 'int8' must be auto, float32, bfloat16, float16, float or half",
       "--dtype"},
      {{"--device", "cuda"}, {}, "--device: 'cuda' must be auto, cpu, null or replay", "--device"},
      {{"--fp8-compute", "fp8"},
       {},
       "--fp8-compute: 'fp8' must be w8a8 or weight-only",
       "--fp8-compute"},
      {{"--skip-tokenizer-init=maybe"},
       {},
       "--skip-tokenizer-init: 'maybe' must be true, yes, on, 1, false, no, off or 0",
       "--skip-tokenizer-init"},
      {{"--read-timeout", "0"},
       {},
       "--read-timeout: '0' must be a number of seconds from 0.001 to 86400",
       "--read-timeout"},
      {{"--read-timeout", "nan"},
       {},
       "--read-timeout: 'nan' must be a number of seconds from 0.001 to 86400",
       "--read-timeout"},
      {{"--drain-timeout", "-1"},
       {},
       "--drain-timeout: '-1' must be a number of seconds from 0 to 86400",
       "--drain-timeout"},
      {{"--max-body-bytes", "1T"},
       {},
       "--max-body-bytes: '1T' must be a number of bytes (with k, M or G if you like) from 1 to "
       "1073741824",
       "--max-body-bytes"},
      {{"--max-body-bytes", "99999999999G"},
       {},
       "--max-body-bytes: '99999999999G' must be a number of bytes (with k, M or G if you like) "
       "from 1 to 1073741824",
       "--max-body-bytes"},
      {{"--api-key", ""}, {}, "--api-key: '' must be not empty", "--api-key"},
      {{"--served-model-name", "a", "--served-model-name", "a"},
       {},
       "--served-model-name: 'a' must be given once",
       "--served-model-name"},
      {{"--model", ""}, {}, "--model: '' must be not empty", "--model"},
  });
}

TEST_CASE("a bad value in the environment names the variable") {
  check({
      {{},
       {{"HADAL_PORT", "30000/tcp"}},
       "HADAL_PORT: '30000/tcp' must be a whole number from 0 to 65535",
       "HADAL_PORT"},
      {{},
       {{"HADAL_SKIP_TOKENIZER_INIT", "2"}},
       "HADAL_SKIP_TOKENIZER_INIT: '2' must be true, yes, on, 1, false, no, off or 0",
       "HADAL_SKIP_TOKENIZER_INIT"},
      {{},
       {{"HADAL_SERVED_MODEL_NAME", "a,,b"}},
       "HADAL_SERVED_MODEL_NAME: '' must be not empty",
       "HADAL_SERVED_MODEL_NAME"},
  });
}

TEST_CASE("an unknown flag names the nearest one") {
  check({
      {{"--prot", "80"}, {}, "there is no flag --prot; did you mean --port?", "--prot"},
      {{"--max-runing-request=4"},
       {},
       "there is no flag --max-runing-request; did you mean --max-running-requests?",
       "--max-runing-request"},
      {{"--max_total_tokens", "64"},
       {},
       "there is no flag --max_total_tokens; did you mean --max-total-tokens?",
       "--max_total_tokens"},
      {{"-port", "80"}, {}, "there is no flag -port; did you mean --port?", "-port"},
      {{"--modle"}, {}, "there is no flag --modle; did you mean --model?", "--modle"},
      {{"--xyzzyplugh"},
       {},
       "there is no flag --xyzzyplugh; --help lists those there are",
       "--xyzzyplugh"},
  });
}

TEST_CASE("a flag without its value says that it needs one, and eats no other flag") {
  check({
      {{"--port"}, {}, "--port needs a value: --port PORT", "--port"},
      {{"--api-key", "--port", "80"}, {}, "--api-key needs a value: --api-key KEY", "--api-key"},
      {{"--api-key=", "--port", "80"}, {}, "--api-key: '' must be not empty", "--api-key"},
  });
}

TEST_CASE("what is no flag is refused where nothing else is expected") {
  check({{{"model"}, {}, "'model' is not a flag, and nothing else is expected here", "model"}});
}

TEST_CASE("flags that contradict each other are refused") {
  check({
      {{"--skip-tokenizer-init", "--tokenizer-path", "/t"},
       {},
       "--tokenizer-path cannot be used together with --skip-tokenizer-init",
       "--tokenizer-path"},
      {{"--skip-tokenizer-init", "--chat-encoding", "deepseek-v3"},
       {},
       "--chat-encoding cannot be used together with --skip-tokenizer-init: without a tokenizer "
       "there is no chat",
       "--chat-encoding"},
      {{"--skip-tokenizer-init", "--chat-template", "f.jinja"},
       {},
       "--chat-template cannot be used together with --skip-tokenizer-init: without a tokenizer "
       "there is no chat",
       "--chat-template"},
      {{"--chat-encoding", "deepseek-v3", "--chat-template", "f.jinja"},
       {},
       "--chat-template cannot be used together with --chat-encoding: each says how chats are "
       "written",
       "--chat-template"},
      {{"--chunked-prefill-size", "0"},
       {},
       "--chunked-prefill-size must be a number of tokens, or -1 for no chunks",
       "--chunked-prefill-size"},
      {{"--device", "replay"},
       {},
       "--device replay and --replay-file need each other: the file says what is answered",
       "--device"},
      {{"--replay-file", "F.jsonl"},
       {},
       "--device replay and --replay-file need each other: the file says what is answered",
       "--replay-file"},
      {{"--device", "replay", "--replay-file", "F.jsonl", "--skip-tokenizer-init"},
       {},
       "--device replay cannot be used together with --skip-tokenizer-init: the script is text",
       "--skip-tokenizer-init"},
  });
}
