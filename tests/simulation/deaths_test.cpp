#include "tests/support/simulated_service.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

using namespace hadal;
using namespace hadal::tests;
using json = nlohmann::json;

namespace {

std::string streamed(const std::string& prompt, int max_tokens = 200) {
  return json({{"prompt", prompt}, {"max_tokens", max_tokens}, {"stream", true}}).dump();
}

/// Streams that have all begun and not ended.
std::vector<std::shared_ptr<fake_exchange>> streams_under_way(simulated_service& service) {
  std::vector<std::shared_ptr<fake_exchange>> all;
  for (int i = 0; i < 6; ++i)
    all.push_back(service.send("/v1/completions", streamed("stream " + std::to_string(i))));
  auto begun = [&] {
    for (const auto& ex : all)
      if (!ex->streaming)
        return false;
    return true;
  };
  while (!begun())
    REQUIRE(service.sim.step());
  for (const auto& ex : all)
    REQUIRE_FALSE(ex->ended());
  return all;
}

bool ended_with_error_event(const fake_exchange& ex) {
  return ex.finished && ex.written.find("\"error\"") != std::string::npos &&
         ex.written.find("[DONE]") == std::string::npos;
}

unsigned ready_status(simulated_service& service) {
  return service.send("/health/ready", "", "GET")->response->status;
}

void serves_again(simulated_service& service) {
  auto ex = service.send("/v1/completions", streamed("again", 5));
  service.sim.settle();
  CHECK(ex->finished);
  CHECK(ex->written.ends_with("data: [DONE]\n\n"));
}

void nothing_is_held(simulated_service& service) {
  auto metrics = service.sim.metrics().text();
  CHECK(metrics.find("hadal_requests_running 0") != std::string::npos);
  CHECK(metrics.find("hadal_kv_pages_used 0") != std::string::npos);
  CHECK(service.desk.open_count() == 0);
}

std::string restarts(simulated_service& service, const std::string& actor) {
  auto text = service.sim.metrics().text();
  auto at = text.find("hadal_actor_restarts_total{actor=\"" + actor + "\"} ");
  return at == std::string::npos ? "" : text.substr(text.find("} ", at) + 2, 1);
}

} // namespace

TEST_CASE("a dead shard ends its streams with an error event and is loaded again") {
  simulated_service service(1);
  service.start();
  auto streams = streams_under_way(service);
  service.poison(service.shard);
  service.sim.settle();
  for (const auto& ex : streams)
    CHECK(ended_with_error_event(*ex));
  CHECK(service.loads == 2);
  CHECK(service.text_loads == 1); // text is never read again
  CHECK(ready_status(service) == 200);
  serves_again(service);
  nothing_is_held(service);
  CHECK(restarts(service, "shard") == "1");
}

TEST_CASE("readiness is refused while a shard is loaded again") {
  simulated_service service(2);
  service.start();
  service.poison(service.shard);
  while (ready_status(service) == 200)
    REQUIRE(service.sim.step());
  CHECK(ready_status(service) == 503);
  auto refused = service.send("/v1/completions", streamed("now"));
  REQUIRE(refused->response);
  CHECK(refused->response->status == 503);
  CHECK(json::parse(refused->response->body)["error"]["code"] == "model_failed");
  service.sim.settle();
  CHECK(ready_status(service) == 200);
}

TEST_CASE("a shard that dies again within a minute ends the service") {
  simulated_service service(3);
  service.start();
  service.poison(service.shard);
  service.sim.settle();
  service.poison(service.shard);
  service.sim.settle();
  REQUIRE(service.failure);
  CHECK(service.failure->message.find("shard died again") != std::string::npos);
}

TEST_CASE("a shard that dies once a minute is started each time") {
  simulated_service service(4);
  service.start();
  for (int i = 0; i < 3; ++i) {
    service.poison(service.shard);
    service.sim.settle();
    service.sim.pass(std::chrono::seconds(61));
  }
  CHECK_FALSE(service.failure);
  CHECK(service.loads == 4);
  serves_again(service);
}

TEST_CASE("a shard that dies as it loads ends the service") {
  simulated_service service(15);
  service.make_executor = []() -> std::unique_ptr<model::step_executor> {
    throw std::runtime_error("the device is gone");
  };
  service.start();
  REQUIRE(service.failure);
  CHECK(service.failure->message.find("shard died as it loaded") != std::string::npos);
  CHECK_FALSE(service.ready);
}

TEST_CASE("a scheduler that dies takes the requests of its own engine and no others") {
  simulated_service service(16, 2);
  service.start();
  CHECK(service.loads == 2);
  CHECK(service.text_loads == 1);
  REQUIRE(service.schedulers.size() == 2);
  auto streams = streams_under_way(service);
  service.poison(service.schedulers.front());
  service.sim.settle();
  std::size_t failed = 0;
  for (const auto& ex : streams)
    if (ended_with_error_event(*ex))
      ++failed;
    else
      CHECK(ex->written.ends_with("data: [DONE]\n\n"));
  CHECK(failed == streams.size() / 2);
  CHECK(service.schedulers.size() == 3);
  for (int i = 0; i < 2; ++i)
    serves_again(service);
  CHECK(service.desk.open_count() == 0);
}

TEST_CASE("credit of a stream goes to the scheduler of its own engine") {
  simulated_service service(17, 2);
  service.start();
  std::vector<std::shared_ptr<fake_exchange>> all;
  for (int i = 0; i < 4; ++i) // longer than a stream's credit
    all.push_back(service.send("/v1/completions", streamed("stream " + std::to_string(i), 450)));
  service.sim.settle();
  for (const auto& ex : all)
    CHECK(ex->written.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("a shard that dies is loaded again while the other engine's requests go on") {
  simulated_service service(18, 2);
  service.start();
  auto streams = streams_under_way(service);
  service.poison(service.shard);
  service.sim.settle();
  std::size_t failed = 0;
  for (const auto& ex : streams)
    failed += ended_with_error_event(*ex) ? 1 : 0;
  CHECK(failed == streams.size() / 2);
  CHECK(service.loads == 3);
  CHECK(ready_status(service) == 200);
  for (int i = 0; i < 2; ++i)
    serves_again(service);
  CHECK_FALSE(service.failure);
}

TEST_CASE("a dead scheduler ends its requests with model_failed and is started again") {
  simulated_service service(5);
  service.start();
  auto streams = streams_under_way(service);
  service.poison(service.scheduler);
  service.sim.settle();
  for (const auto& ex : streams)
    CHECK(ended_with_error_event(*ex));
  CHECK(service.loads == 1);
  serves_again(service);
  nothing_is_held(service);
  CHECK(restarts(service, "scheduler") == "1");
}

TEST_CASE("a request that waits when the scheduler dies gets its own status") {
  simulated_service service(6);
  service.start();
  auto ex = service.send("/v1/completions", streamed("waiting"));
  service.poison(service.scheduler);
  service.sim.settle();
  REQUIRE(ex->response);
  CHECK(ex->response->status == 503);
  CHECK(json::parse(ex->response->body)["error"]["code"] == "model_failed");
}

TEST_CASE("a dead parser ends its choices with an error event and is started again") {
  simulated_service service(7);
  service.start();
  auto streams = streams_under_way(service);
  service.poison(service.parser);
  service.sim.settle();
  for (const auto& ex : streams)
    CHECK(ended_with_error_event(*ex));
  serves_again(service);
  nothing_is_held(service);
  CHECK(restarts(service, "parser") == "1");
}

TEST_CASE("a request whose tokenizer dies is encoded by the next one") {
  simulated_service service(8);
  service.start();
  service.poison(service.tokenizer);
  auto ex = service.send("/v1/completions", streamed("retry", 5));
  service.sim.settle();
  CHECK(ex->finished);
  CHECK(ex->written.ends_with("data: [DONE]\n\n"));
  nothing_is_held(service);
  CHECK(restarts(service, "tokenizer") == "1");
}

TEST_CASE("a dead gateway closes its connections, cancels their requests and is started again") {
  simulated_service service(9);
  service.start();
  auto streams = streams_under_way(service);
  service.poison(service.gateway);
  service.sim.settle();
  for (const auto& ex : streams)
    CHECK(ex->aborted);
  serves_again(service);
  nothing_is_held(service);
  CHECK(restarts(service, "gateway") == "1");
}

TEST_CASE("a dead session ends its own stream and no other") {
  simulated_service service(10);
  service.start();
  auto streams = streams_under_way(service);
  service.poison(service.sim.named("session").front());
  service.sim.settle();
  CHECK(ended_with_error_event(*streams[0]));
  for (std::size_t i = 1; i < streams.size(); ++i)
    CHECK(streams[i]->written.ends_with("data: [DONE]\n\n"));
  nothing_is_held(service);
}

TEST_CASE("a drain refuses new requests and lets open ones end") {
  simulated_service service(11);
  service.start();
  auto streams = streams_under_way(service);
  caf::anon_send(service.supervisor, protocol::drain_service{30'000});
  for (int i = 0; i < 50; ++i)
    service.sim.step();
  auto refused = service.send("/v1/completions", streamed("late"));
  REQUIRE(refused->response);
  CHECK(refused->response->status == 503);
  CHECK(json::parse(refused->response->body)["error"]["code"] == "draining");
  service.sim.settle();
  for (const auto& ex : streams)
    CHECK(ex->written.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("a drain that lasts too long cuts what is still open off") {
  simulated_service service(12);
  service.start();
  auto slow = service.send("/v1/completions", streamed("slow", 450));
  slow->backlog = 1; // its client does not read, so it cannot end
  service.sim.settle();
  REQUIRE_FALSE(slow->ended());
  caf::anon_send(service.supervisor, protocol::drain_service{1000});
  service.sim.settle();
  CHECK_FALSE(slow->ended());
  for (int i = 0; i < 60; ++i)
    service.sim.pass(std::chrono::milliseconds(25));
  CHECK(ended_with_error_event(*slow));
}
