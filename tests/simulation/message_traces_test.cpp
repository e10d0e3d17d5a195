// Which messages a step, a cancel and a mask cost: exact, and the same whichever actor runs first.
#include "base/limits.hpp"
#include "tests/support/simulated_service.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>

using namespace hadal;
using namespace hadal::tests;
using json = nlohmann::json;
using lines = std::vector<std::string>;

namespace {

constexpr std::uint64_t seeds = 20;

/// The records that these actors got from a line on.
lines received(const simulation& sim, std::size_t from,
               std::initializer_list<std::string_view> actors) {
  lines found;
  for (auto i = from; i < sim.records().size(); ++i) {
    const std::string_view line = sim.records()[i];
    const auto name = line.substr(0, line.find(' '));
    // How a session ends is not the affair of these tests.
    if (!line.ends_with("@down") && std::find(actors.begin(), actors.end(), name) != actors.end())
      found.emplace_back(line);
  }
  return found;
}

std::shared_ptr<fake_exchange> ask(simulated_service& service, int max_tokens,
                                   const char* regex = nullptr) {
  json body = {{"prompt", "hi"}, {"max_tokens", max_tokens}, {"stream", true}};
  if (regex != nullptr)
    body["regex"] = regex;
  return service.send("/v1/completions", body.dump());
}

} // namespace

TEST_CASE("a step is two messages to the shard, its result, tokens for the parser and deltas") {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    simulated_service service(seed);
    service.start();
    const auto from = service.sim.records().size();
    const auto ex = ask(service, 1);
    service.sim.settle();
    CHECK(ex->finished);
    CHECK(received(service.sim, from, {"scheduler", "shard", "parser"}) ==
          lines{"scheduler <- submit_sequences", "shard <- forward_step", "shard <- sample_step",
                "scheduler <- step_result", "parser <- step_tokens"});
    const auto deltas = received(service.sim, from, {"gateway"});
    CHECK(std::count(deltas.begin(), deltas.end(), "gateway <- step_deltas") == 1);
  }
}

TEST_CASE("the step after the next is sent with a result, and each step costs the same messages") {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    simulated_service service(seed);
    service.start();
    const auto from = service.sim.records().size();
    const auto ex = ask(service, 4);
    service.sim.settle();
    CHECK(ex->finished);
    auto steps = received(service.sim, from, {"scheduler", "shard"});
    REQUIRE(steps.size() == 13);
    steps.resize(5); // before any result
    CHECK(steps == lines{"scheduler <- submit_sequences", "shard <- forward_step",
                         "shard <- sample_step", "shard <- forward_step", "shard <- sample_step"});
    lines expected;
    for (int i = 0; i < 4; ++i)
      expected.insert(expected.end(), {"shard <- forward_step", "shard <- sample_step"});
    CHECK(received(service.sim, from, {"shard"}) == expected);
    CHECK(received(service.sim, from, {"parser"}) == lines(4, "parser <- step_tokens"));
  }
}

TEST_CASE("a cancel reaches the scheduler at once, and nothing but results in flight comes after") {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    simulated_service service(seed);
    service.start();
    const auto ex = ask(service, 400);
    while (!ex->streaming)
      REQUIRE(service.sim.step());
    for (std::uint64_t i = 0; i < seed; ++i)
      service.sim.step();
    service.hang_up(ex);
    const auto& records = service.sim.records();
    const auto cancelled = [&] {
      return std::find(records.begin(), records.end(), "scheduler <- cancel_request");
    };
    while (cancelled() == records.end())
      REQUIRE(service.sim.step());
    const auto from = static_cast<std::size_t>(cancelled() - records.begin());
    service.sim.settle();
    auto after = received(service.sim, from, {"scheduler", "shard", "parser"});
    CHECK(std::erase(after, "scheduler <- step_result") <= limits::steps_in_flight_max);
    CHECK(after == lines{"scheduler <- cancel_request", "parser <- forget_sequences"});
  }
}

TEST_CASE("a forward leaves before its masks are asked for, and only the sampling waits for them") {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    simulated_service service(seed);
    service.start();
    const auto from = service.sim.records().size();
    const auto ex = ask(service, 1, "[a-z]{5}");
    service.sim.settle();
    CHECK(ex->finished);
    CHECK(received(service.sim, from, {"scheduler", "shard", "grammar", "parser"}) ==
          lines{"grammar <- compile_grammar", "scheduler <- submit_sequences",
                "shard <- forward_step", "grammar <- fill_masks", "scheduler <- step_masks",
                "shard <- sample_step", "scheduler <- step_result", "parser <- step_tokens"});
  }
}
