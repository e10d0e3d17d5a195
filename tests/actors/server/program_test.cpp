#include "tests/actors/server/run_program.hpp"
#include "tests/support/canned_server.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

namespace {

using hadal::server::testing::run_program;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("help names every command, and each command has its own") {
  for (const auto* asked : {"help", "--help", "-h"}) {
    const auto o = run_program(asked);
    CHECK(o.code == 0);
    for (const auto* command : {"hadal serve", "hadal chat", "hadal doctor", "hadal version"})
      CHECK(contains(o.out, command));
  }
  for (const std::string command : {"serve", "chat", "doctor", "version"}) {
    const auto o = run_program(command + " --help");
    CHECK(o.code == 0);
    CHECK(o.out.find("hadal " + command) == 0);
    CHECK(o.out == run_program("help " + command).out);
  }
}

TEST_CASE("help of one group is that group alone") {
  const auto o = run_program("serve --help limits");
  CHECK(o.code == 0);
  CHECK(o.out.find("Limits\n") == 0);
  CHECK_FALSE(contains(o.out, "--model-path"));
  CHECK(run_program("help serve limits").out == o.out);
}

TEST_CASE("the version is one command and one flag") {
  const auto o = run_program("version");
  CHECK(o.code == 0);
  CHECK(o.out.find("hadal 0.") == 0);
  CHECK(run_program("--version").out == o.out);
}

TEST_CASE("doctor reads flags and variables, and says with its exit code what it found") {
  const std::string flags = "doctor --port 0 --skip-tokenizer-init";
  auto o = run_program(flags + " --model-path tests/fixtures/hf/v3-yarn");
  CHECK(o.code == 0);
  CHECK(contains(o.out, "OK    weights"));
  o = run_program(flags + " --json", {}, "HADAL_MODEL_PATH=tests/fixtures/hf/v3-yarn");
  CHECK(o.code == 0);
  CHECK(nlohmann::json::parse(o.out)["ok"] == true);
  o = run_program(flags + " --json --model-path /nowhere/at/all");
  CHECK(o.code == 1);
  CHECK(nlohmann::json::parse(o.out)["ok"] == false);
}

TEST_CASE("chat answers questions from a pipe, one a line, and prints nothing else") {
  using namespace hadal::testing;
  const auto event = [](const std::string& delta) {
    return "data: {\"choices\":[{\"delta\":{\"content\":\"" + delta + "\"}}]}\n\n";
  };
  const canned_server server{{whole(200, R"({"data":[{"id":"m"}]})"),
                              chunked({event("Hel"), event("lo"), "data: [DONE]\n\n"}),
                              chunked({event("Bye"), "data: [DONE]\n\n"})}};
  const auto o = run_program("chat --url http://127.0.0.1:" + std::to_string(server.port()) +
                                 " --temperature 0",
                             "one\ntwo\n");
  CHECK(o.code == 0);
  CHECK(o.out == "Hello\nBye\n");
  CHECK(o.err.empty());
}
