#include "actors/runtime/actor_base.hpp"
#include "actors/runtime/environment.hpp"
#include "actors/runtime/internal_messages.hpp"
#include "actors/server/serve.hpp"
#include "net/client/http_client.hpp"
#include "tests/actors/server/temporary_folder.hpp"
#include "tests/support/catch.hpp"

#include <caf/local_actor.hpp>
#include <caf/send.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace hadal;
using namespace hadal::server;
using hadal::server::testing::temporary_folder;
using json = nlohmann::json;

namespace {

/// Kills the next actor of a kind that gets a message. It takes no lock and orders nothing between
/// threads: it must not hide the races that it is there to provoke.
class assassin final : public runtime::tap {
public:
  /// `name` must stay; one victim at a time.
  void wants(const char* name) { wanted_.store(name, std::memory_order_relaxed); }

  bool struck() const { return wanted_.load(std::memory_order_relaxed) == nullptr; }

  bool pass(caf::abstract_actor& to, caf::mailbox_element_ptr&) override {
    const char* wanted = wanted_.load(std::memory_order_relaxed);
    auto* actor = wanted ? dynamic_cast<caf::local_actor*>(&to) : nullptr;
    if (actor && std::strcmp(actor->name(), wanted) == 0 &&
        wanted_.compare_exchange_strong(wanted, nullptr, std::memory_order_relaxed))
      caf::anon_send(caf::actor_cast<caf::actor>(actor), runtime::poison{});
    return true;
  }

private:
  std::atomic<const char*> wanted_{nullptr};
};

/// How a stream ended for its client.
enum class ending { whole, error_event, refused, cut };

struct stream_outcome {
  ending end = ending::cut;
  std::string text;
};

/// The server over a model that costs nothing, on two io threads, and its clients.
class service {
public:
  service() {
    std::ifstream config_file("tests/fixtures/hf/v3-yarn/config.json");
    auto config = json::parse(config_file);
    config["vocab_size"] = 512;
    config["max_position_embeddings"] = 4096;
    folder_.write("config.json", config.dump());
    serve_options options;
    options.model_path = folder_.path().string();
    options.tokenizer_path = "tests/fixtures/tokenizer/v3";
    options.device = device_kind::null;
    options.port = 0;
    options.io_threads = 2;
    log::set_level(log::level::off); // deaths are loud
    auto started = start_server(options);
    REQUIRE(started);
    server = std::move(*started);
    REQUIRE(server->wait_ready());
    server->environment().hook = &killer;
  }

  ~service() { server->environment().hook = nullptr; }

  net::client::http_client client() const {
    return net::client::http_client(net::client::server_url{"127.0.0.1", server->port(), ""});
  }

  /// A stream of 150 tokens that `seed` decides, some of them held to a pattern.
  stream_outcome stream(int seed) const {
    json body = {{"prompt", "stream"},
                 {"max_tokens", 150},
                 {"ignore_eos", true},
                 {"seed", seed},
                 {"stream", true}};
    if (seed % 2 == 1) {
      body.erase("ignore_eos");
      body["regex"] = "[a-z]{100}";
    }
    stream_outcome outcome;
    std::string events;
    auto answer = client().stream({"POST", "/v1/completions", "", body.dump()},
                                  [&](std::string_view bytes) -> result<void> {
                                    events += bytes;
                                    return {};
                                  });
    if (!answer)
      return outcome;
    if (answer->status != 200) {
      outcome.end = ending::refused;
      outcome.text = events + answer->body;
      return outcome;
    }
    outcome.end = events.ends_with("data: [DONE]\n\n") ? ending::whole : ending::error_event;
    for (std::size_t at = 0; (at = events.find("data: {", at)) != std::string::npos;) {
      auto end = events.find("\n\n", at);
      auto chunk = json::parse(events.substr(at + 6, end - at - 6));
      if (chunk.contains("choices") && !chunk["choices"].empty())
        outcome.text += chunk["choices"][0].value("text", "");
      at = end;
    }
    return outcome;
  }

  unsigned status_of(const std::string& target) const {
    auto answer = client().send({"GET", target, "", ""});
    return answer ? answer->status : 0;
  }

  std::string metrics() const {
    auto answer = client().send({"GET", "/metrics", "", ""});
    return answer ? answer->body : "";
  }

private:
  temporary_folder folder_;

public:
  assassin killer;
  std::unique_ptr<running_server> server;
};

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 2000; ++i) {
    if (condition())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

/// Eight clients with so many streams each, of six seeds.
std::vector<std::pair<int, stream_outcome>> crowd(const service& s, std::size_t streams_each = 6) {
  constexpr std::size_t clients = 8;
  std::vector<std::pair<int, stream_outcome>> all(clients * streams_each);
  std::vector<std::thread> threads;
  for (std::size_t c = 0; c < clients; ++c)
    threads.emplace_back([&, c] {
      for (std::size_t i = 0; i < streams_each; ++i) {
        const int seed = static_cast<int>((c + i) % 6);
        all[c * streams_each + i] = {seed, s.stream(seed)};
      }
    });
  for (auto& thread : threads)
    thread.join();
  return all;
}

std::map<int, std::string> texts_alone(const service& s) {
  std::map<int, std::string> texts;
  for (int seed = 0; seed < 6; ++seed) {
    auto outcome = s.stream(seed);
    INFO(outcome.text);
    REQUIRE(outcome.end == ending::whole);
    REQUIRE(outcome.text.size() >= 100);
    texts[seed] = outcome.text;
  }
  return texts;
}

} // namespace

TEST_CASE("streams on several io threads are what they are alone") {
  service s;
  auto alone = texts_alone(s);
  for (const auto& [seed, outcome] : crowd(s)) {
    CHECK(outcome.end == ending::whole);
    CHECK(outcome.text == alone[seed]);
  }
  s.server->stop();
  CHECK(s.server->wait() == 0);
}

TEST_CASE("on real threads a death costs streams their end but never a wrong token") {
  auto victim = GENERATE(as<const char*>{}, "session", "tokenizer", "parser", "grammar", "gateway",
                         "scheduler", "shard");
  INFO(victim);
  service s;
  auto alone = texts_alone(s);
  s.killer.wants(victim);
  for (const auto& [seed, outcome] : crowd(s)) {
    INFO(outcome.text);
    if (outcome.end == ending::whole)
      CHECK(outcome.text == alone[seed]);
    else if (outcome.end != ending::refused)
      CHECK(alone[seed].starts_with(outcome.text));
  }
  CHECK(s.killer.struck());
  REQUIRE(eventually([&] { return s.status_of("/health/ready") == 200; }));
  for (const auto& [seed, text] : alone) {
    auto outcome = s.stream(seed);
    CHECK(outcome.end == ending::whole);
    CHECK(outcome.text == text);
  }
  CHECK(eventually([&] {
    auto text = s.metrics();
    return text.find("hadal_requests_running 0\n") != std::string::npos &&
           text.find("hadal_kv_pages_used 0\n") != std::string::npos;
  }));
  if (std::strcmp(victim, "session") != 0)
    CHECK(s.metrics().find("hadal_actor_restarts_total{actor=\"" + std::string(victim) + "\"} 1") !=
          std::string::npos);
  s.server->stop();
  CHECK(s.server->wait() == 0);
}

TEST_CASE("a drain and a stop from other threads end a busy server") {
  service s;
  std::thread clients([&] { crowd(s, 40); });
  REQUIRE(eventually(
      [&] { return s.metrics().find("hadal_requests_running 0\n") == std::string::npos; }));
  s.server->drain();
  std::thread stopper([&] { s.server->stop(); });
  CHECK(s.server->wait() == 0);
  stopper.join();
  clients.join();
}
