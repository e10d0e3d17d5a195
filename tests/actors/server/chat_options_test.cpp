#include "actors/server/chat_options.hpp"

#include "tests/actors/server/fake_environment.hpp"
#include "tests/support/catch.hpp"

#include <set>

namespace {

using namespace hadal::server;
using hadal::server::testing::with_variables;

chat_options read(const std::vector<std::string>& arguments,
                  std::map<std::string, std::string> variables = {}) {
  const auto options = parse_chat_options(arguments, with_variables(std::move(variables)));
  INFO((options ? "" : options.error().message));
  REQUIRE(options.has_value());
  return *options;
}

std::string refusal(const std::vector<std::string>& arguments) {
  const auto options = parse_chat_options(arguments, with_variables());
  REQUIRE_FALSE(options.has_value());
  CHECK(options.error().code == hadal::error_code::invalid_config);
  return options.error().message;
}

} // namespace

TEST_CASE("every flag of a chat sets its option, by argument and by variable") {
  struct row {
    std::string flag;
    std::string value;
    std::function<bool(const chat_options&)> holds;
  };
  const std::vector<row> rows{
      {"--url", "http://h:1", [](const auto& o) { return o.url == "http://h:1"; }},
      {"--api-key", "k", [](const auto& o) { return o.serve.api_key == "k"; }},
      {"--system", "be kind", [](const auto& o) { return o.system == "be kind"; }},
      {"--thinking", "true", [](const auto& o) { return o.thinking == true; }},
      {"--thinking", "false", [](const auto& o) { return o.thinking == false; }},
      {"--timeout", "2.5", [](const auto& o) { return o.timeout_ms == 2500; }},
      {"--log-level", "info",
       [](const auto& o) { return o.serve.log_level == hadal::log::level::info; }},
      {"--temperature", "0.5", [](const auto& o) { return o.sampling.temperature == 0.5; }},
      {"--top-p", "0.25", [](const auto& o) { return o.sampling.top_p == 0.25; }},
      {"--top-k", "-1", [](const auto& o) { return o.sampling.top_k == -1; }},
      {"--min-p", "0.125", [](const auto& o) { return o.sampling.min_p == 0.125; }},
      {"--frequency-penalty", "-2",
       [](const auto& o) { return o.sampling.frequency_penalty == -2.0; }},
      {"--presence-penalty", "2", [](const auto& o) { return o.sampling.presence_penalty == 2.0; }},
      {"--repetition-penalty", "1.5",
       [](const auto& o) { return o.sampling.repetition_penalty == 1.5; }},
      {"--seed", "7", [](const auto& o) { return o.sampling.seed == 7; }},
      {"--max-tokens", "8", [](const auto& o) { return o.sampling.max_tokens == 8; }},
      {"--stop", "x", [](const auto& o) { return o.sampling.stop.front() == "x"; }},
      {"--model-path", "/m", [](const auto& o) { return o.serve.model_path == "/m"; }},
      {"--threads", "2", [](const auto& o) { return o.serve.threads == 2U; }},
  };
  for (const auto& r : rows) {
    INFO(r.flag << "=" << r.value);
    CHECK(r.holds(read({r.flag + "=" + r.value})));
    CHECK(r.holds(read({}, {{variable_of(r.flag), r.value}})));
  }
}

TEST_CASE("what is not set is left to the server, and its log is quiet") {
  const auto options = read({});
  CHECK(options.url.empty());
  CHECK_FALSE(options.thinking.has_value());
  CHECK_FALSE(options.sampling.temperature.has_value());
  CHECK(options.serve.log_level == hadal::log::level::warning);
}

TEST_CASE("the flag --model is a name at a server, and a path without one") {
  CHECK(read({"--url", "http://h", "--model", "a"}).model == "a");
  CHECK(read({"--url", "http://h", "--model", "a"}).serve.model_path.empty());
  CHECK(read({"--model", "/m"}).model.empty());
  CHECK(read({"--model", "/m"}).serve.model_path == "/m");
  CHECK(refusal({"--model", "/m", "--model-path", "/n"}) ==
        "--model and --model-path say the same thing without --url: give one of them");
}

TEST_CASE("a bad URL is refused with the reason") {
  CHECK(refusal({"--url", "localhost:1"}) ==
        "--url: 'localhost:1' must be like http://127.0.0.1:30000: it does not begin with http://");
}

TEST_CASE("numbers out of range and no numbers are refused with the range") {
  CHECK(refusal({"--temperature", "-1"}) == "--temperature: '-1' must be a number of at least 0");
  CHECK(refusal({"--temperature", "nan"}) == "--temperature: 'nan' must be a number of at least 0");
  CHECK(refusal({"--top-p", "1.5"}) == "--top-p: '1.5' must be a number from 0 to 1");
  CHECK(refusal({"--max-tokens", "0"}) ==
        "--max-tokens: '0' must be a whole number from 1 to 2147483647");
}

TEST_CASE("a chat has no flags of a listening server, and no name twice") {
  chat_options options;
  std::set<std::string> names;
  for (const auto& f : chat_flags(options)) {
    CHECK(names.insert(f.name).second);
    for (const auto& alias : f.aliases)
      CHECK(names.insert(alias).second);
  }
  CHECK(names.count("--port") == 0);
  CHECK(names.count("--host") == 0);
  CHECK(refusal({"--port", "3"}).find("there is no flag --port") == 0);
}
