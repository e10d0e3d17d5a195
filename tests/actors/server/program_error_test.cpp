#include "tests/actors/server/run_program.hpp"
#include "tests/support/catch.hpp"

#include <vector>

namespace {

using hadal::server::testing::run_program;

} // namespace

TEST_CASE("a wrong command line exits with 2 and says what is wrong on standard error alone") {
  struct row {
    std::string command;
    std::string message;
  };
  for (const auto& r : std::vector<row>{
           {"sevre", "hadal: there is no command 'sevre'; did you mean serve?\n"},
           {"elephants", "hadal: there is no command 'elephants'; hadal help lists those there "
                         "are\n"},
           {"--port 80", "hadal: a command comes before --port: hadal serve --port\n"},
           {"serve --prot 80", "hadal serve: there is no flag --prot; did you mean --port?\n"},
           {"serve --port x", "hadal serve: --port: 'x' must be a whole number from 0 to 65535\n"},
           {"serve more", "hadal serve: 'more' is not a flag, and nothing else is expected here\n"},
           {"serve --help nothing",
            "hadal serve: the help has no group 'nothing'; it has: Model, Answers, "
            "Network, Scheduling, Sampling, Limits, Logging\n"},
           {"chat --url x", "hadal chat: --url: 'x' must be like http://127.0.0.1:30000: it does "
                            "not begin with http://\n"},
           {"doctor --jsno", "hadal doctor: there is no flag --jsno; did you mean --json?\n"},
           {"version 2",
            "hadal version: '2' is not a flag, and nothing else is expected here\n"}}) {
    INFO(r.command);
    const auto o = run_program(r.command);
    CHECK(o.code == 2);
    CHECK(o.out.empty());
    CHECK(o.err == r.message);
  }
}

TEST_CASE("a wrong variable exits with 2 and names the variable") {
  const auto o = run_program("serve", {}, "HADAL_PORT=eighty");
  CHECK(o.code == 2);
  CHECK(o.err == "hadal serve: HADAL_PORT: 'eighty' must be a whole number from 0 to 65535\n");
}

TEST_CASE("a key file that cannot be read exits with 2 and names flag and file") {
  const auto o = run_program("serve --api-key-file /nowhere/keys");
  CHECK(o.code == 2);
  CHECK(o.err.find("hadal serve: --api-key-file: /nowhere/keys: ") == 0);
}

TEST_CASE("a variable that is nearly a flag's is a warning") {
  const auto o =
      run_program("doctor --port 0 --skip-tokenizer-init --model-path tests/fixtures/hf/v3-yarn",
                  {}, "HADAL_MODLE_PATH=/m");
  CHECK(o.code == 0);
  CHECK(o.out.find("WARN  environment  the variable HADAL_MODLE_PATH has no effect; did you mean "
                   "HADAL_MODEL_PATH?\n") != std::string::npos);
}

TEST_CASE("no command at all exits with 2 and shows the commands on standard error") {
  const auto o = run_program("");
  CHECK(o.code == 2);
  CHECK(o.out.empty());
  CHECK(o.err.find("hadal serve") != std::string::npos);
}

TEST_CASE("a chat without its server exits with 1 and names the address") {
  const auto o = run_program("chat --url http://127.0.0.1:1", "hello\n");
  CHECK(o.code == 1);
  CHECK(o.out.empty());
  CHECK(o.err == "hadal chat: cannot connect to 127.0.0.1:1: Connection refused\n");
}
