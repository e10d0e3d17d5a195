// Steps over a device that takes its time: results come as messages some drawn virtual time after
// the step was sent, and may come after their shard has died. HADAL_SIMULATION_SEEDS sets the
// number of seeds.
#include "actors/runtime/spawn.hpp"
#include "tests/support/delayed_executor.hpp"
#include "tests/support/simulated_service.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>

using namespace hadal;
using namespace hadal::tests;
using namespace std::chrono_literals;
using json = nlohmann::json;

namespace {

/// The whole service over a device whose steps take up to 3 ms.
class delayed_service {
public:
  explicit delayed_service(std::uint64_t seed) : service(seed), order_(seed) {
    device_ = runtime::spawn<device>(service.sim.system(), service.sim.env());
    service.make_executor = [this, seed] {
      return std::make_unique<delayed_executor>(std::make_unique<fake_executor>(service.executor),
                                                device_, seed, 3000us);
    };
    // Few pages, so that sequences are preempted while steps are out.
    service.executor.page_count = 12;
    service.start();
  }

  ~delayed_service() {
    caf::anon_send_exit(device_, caf::exit_reason::user_shutdown);
    device_ = nullptr;
  }

  /// Messages are handled or time passes; the seed says which.
  void turn() {
    if (order_() % 8 == 0 || !service.sim.step())
      service.sim.advance(std::chrono::microseconds(order_() % 500));
  }

  template <class Condition>
  void run_until(const Condition& met) {
    for (int turns = 0; turns < 1'000'000; ++turns) {
      if (met())
        return;
      turn();
    }
    FAIL("the simulation does not come to an end");
  }

  simulated_service service;

private:
  std::mt19937_64 order_;
  device_actor device_;
};

using exchanges = std::vector<std::shared_ptr<fake_exchange>>;

bool all_ended(const exchanges& all) {
  return std::all_of(all.begin(), all.end(), [](const auto& ex) { return ex->ended(); });
}

/// Streams of several lengths, one of them under a grammar.
exchanges send_streams(simulated_service& service) {
  exchanges all;
  for (int i = 0; i < 6; ++i) {
    json body = {{"prompt", "stream " + std::string(static_cast<std::size_t>(i * 23), 'x')},
                 {"max_tokens", 20 + 15 * i},
                 {"stream", true}};
    if (i == 4)
      body["regex"] = "([A-Z]{2,4} ){1,9}[0-9]{3}!";
    all.push_back(service.send("/v1/completions", body.dump()));
  }
  return all;
}

std::string texts_of(const exchanges& all) {
  std::string texts;
  for (const auto& ex : all) {
    REQUIRE(ex->finished);
    CHECK(ex->written.ends_with("data: [DONE]\n\n"));
    texts += streamed_text(ex->written) + "\n";
  }
  return texts;
}

std::uint64_t seeds() {
  const char* wanted = std::getenv("HADAL_SIMULATION_SEEDS");
  return wanted == nullptr ? 10 : std::strtoull(wanted, nullptr, 10);
}

} // namespace

TEST_CASE("a device that takes its time changes no text, and a seed still gives one trace") {
  std::string without_delay;
  {
    simulated_service plain(1);
    plain.start();
    const auto all = send_streams(plain);
    plain.sim.settle();
    without_delay = texts_of(all);
  }
  const auto run = [](std::uint64_t seed, std::string& texts) {
    delayed_service delayed(seed);
    const auto all = send_streams(delayed.service);
    delayed.run_until([&] { return all_ended(all); });
    texts = texts_of(all);
    return delayed.service.sim.trace();
  };
  std::vector<std::string> before;
  REQUIRE(seeds() > 0);
  for (std::uint64_t seed = 0; seed < seeds(); ++seed) {
    INFO("seed " << seed);
    std::string first;
    std::string second;
    const auto trace = run(seed, first);
    REQUIRE(trace == run(seed, second));
    REQUIRE(first == without_delay);
    REQUIRE(second == without_delay);
    CHECK(trace != before);
    before = trace;
  }
}

TEST_CASE("a shard that dies with steps on its device takes nothing else with it") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    INFO("seed " << seed);
    delayed_service delayed(seed);
    auto& service = delayed.service;
    const auto all = send_streams(service);
    delayed.run_until([&] { return all.back()->streaming || all.back()->ended(); });
    for (std::uint64_t i = 0; i < 3 * seed; ++i)
      delayed.turn();
    service.poison(service.shard);
    delayed.run_until([&] {
      return all_ended(all) && service.loads == 2 &&
             service.send("/health/ready", "", "GET")->response->status == 200;
    });
    const auto again = send_streams(service);
    delayed.run_until([&] { return all_ended(again); });
    texts_of(again);
    service.sim.pass(10ms);
    const auto metrics = service.sim.metrics().text();
    CHECK(metrics.find("hadal_requests_running 0") != std::string::npos);
    CHECK(metrics.find("hadal_kv_pages_used 0") != std::string::npos);
    CHECK_FALSE(service.failure);
  }
}
