#include "actors/gateway/request_desk.hpp"

#include "tests/actors/gateway/fake_links.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_exchange.hpp"

#include <nlohmann/json.hpp>

using namespace hadal;
using namespace hadal::actors;
using namespace hadal::tests;
using nlohmann::json;

namespace {

constexpr const char* chat_body = R"({"messages":[{"role":"user","content":"hi"}]})";

/// A desk of a service that is ready, with room for two requests.
struct desk_under_test {
  net::metrics metrics;
  runtime::environment env{1, metrics};
  std::shared_ptr<server_config> config = std::make_shared<server_config>();
  fake_links links;
  std::optional<request_desk> desk;
  std::shared_ptr<protocol::service_parts> parts = std::make_shared<protocol::service_parts>();
  std::uint64_t next = 1;

  desk_under_test() {
    config->served_names = {"small"};
    config->streams_max = 2;
  }

  request_desk& opened() {
    if (!desk) {
      desk.emplace(config, env);
      desk->attach(&links);
      desk->on(protocol::service_status{protocol::service_phase::ready, parts});
    }
    return *desk;
  }

  std::shared_ptr<fake_exchange> send(std::string target, std::string body,
                                      std::string method = "POST", std::string key = "") {
    auto ex = std::make_shared<fake_exchange>(next++, std::move(method), std::move(target),
                                              std::move(body));
    if (!key.empty())
      ex->set_header("authorization", "Bearer " + key);
    opened().on_request(ex);
    return ex;
  }

  /// Status and code of a refusal.
  static std::string refused(const std::shared_ptr<fake_exchange>& ex) {
    REQUIRE(ex->response);
    return std::to_string(ex->response->status) + " " +
           json::parse(ex->response->body)["error"].value("code", "");
  }
};

} // namespace

TEST_CASE("each kind of body opens a request with a session of its kind") {
  desk_under_test t;
  t.config->streams_max = 8;
  t.send("/v1/chat/completions", chat_body);
  t.send("/v1/completions", R"({"prompt":["a","b"]})");
  t.send("/generate", R"({"text":"a"})");
  REQUIRE(t.links.generations.size() == 3);
  CHECK(t.links.generations[0]->generation.chat);
  CHECK(t.links.generations[1]->generation.prompts.size() == 2);
  CHECK(t.links.generations[2]->generation.seeds_prompts_alone);
  CHECK(t.links.generations[0]->links.parts == t.parts);
  CHECK(t.links.generations[0]->links.exchange == net::exchange_id{1});
  CHECK(t.links.generations[0]->links.request != t.links.generations[1]->links.request);
  t.send("/tokenize", R"({"prompt":"a"})");
  t.send("/detokenize", R"({"tokens":[1]})");
  REQUIRE(t.links.texts.size() == 2);
  CHECK(std::holds_alternative<net::tokenize_request>(t.links.texts[0]->body));
  CHECK(std::holds_alternative<net::detokenize_request>(t.links.texts[1]->body));
  CHECK(t.desk->open_count() == 5);
}

TEST_CASE("a body is freed once it is decoded") {
  desk_under_test t;
  CHECK(t.send("/v1/chat/completions", chat_body)->request().body.empty());
}

TEST_CASE("requests beyond the limit are refused, and one that leaves makes room") {
  desk_under_test t;
  auto first = t.send("/v1/chat/completions", chat_body);
  t.send("/v1/chat/completions", chat_body);
  CHECK(t.refused(t.send("/v1/chat/completions", chat_body)) == "503 queue_full");
  CHECK(t.links.generations.size() == 2);
  t.desk->on_closed(first->id());
  CHECK(t.links.told == std::vector<std::string>{"client_gone"});
  CHECK_FALSE(t.send("/v1/chat/completions", chat_body)->response);
}

TEST_CASE("each state of the service that takes no requests has a code") {
  using protocol::service_phase;
  desk_under_test t;
  auto& desk = t.opened();
  const auto refused_in = [&](service_phase phase) {
    desk.on(protocol::service_status{phase, t.parts});
    return t.refused(t.send("/generate", R"({"text":"a"})"));
  };
  CHECK(refused_in(service_phase::starting) == "503 starting");
  CHECK(refused_in(service_phase::rebuilding) == "503 model_failed");
  CHECK(refused_in(service_phase::draining) == "503 draining");
  desk.attach(nullptr);
  CHECK(refused_in(service_phase::ready) == "503 model_failed");
  CHECK(t.links.generations.empty());
}

TEST_CASE("what a body asks for that is not there is refused before a session is started") {
  desk_under_test t;
  CHECK(t.refused(t.send("/v1/completions", R"({"prompt":"a","model":"large"})")) ==
        "404 model_not_found");
  CHECK(t.refused(t.send("/tokenize", R"({"prompt":"a","model":"large"})")) ==
        "404 model_not_found");
  CHECK(t.send("/v1/completions", R"({"prompt":)")->response->status == 400);
  t.parts->facts.has_tokenizer = false;
  CHECK(t.send("/v1/completions", R"({"prompt":[1],"echo":true})")->response->status == 400);
  CHECK(t.links.generations.empty());
  CHECK(t.desk->open_count() == 0);
}

TEST_CASE("routes with a key are closed without it, and those of health are open") {
  desk_under_test t;
  t.config->keys = net::api_keys(std::vector<std::string>{"secret"});
  CHECK(t.send("/v1/chat/completions", chat_body)->response->status == 401);
  CHECK(t.send("/v1/models", "", "GET")->response->status == 401);
  CHECK(t.send("/health", "", "GET")->response->status == 200);
  CHECK_FALSE(t.send("/v1/chat/completions", chat_body, "POST", "secret")->response);
}

TEST_CASE("a key's limit refuses a request, and one that cannot be made gives its place back") {
  desk_under_test t;
  t.config->streams_max = 8;
  t.config->keys = net::api_keys(std::vector<std::string>{"secret"});
  t.config->ledger = std::make_shared<key_ledger>(std::vector<key_limits>{{1, {}}});
  t.parts->facts.has_tokenizer = false;
  const auto send = [&](const char* body) {
    return t.send("/v1/completions", body, "POST", "secret");
  };
  CHECK(send(R"({"prompt":[1],"stop":"x"})")->response->status == 400);
  CHECK_FALSE(send(R"({"prompt":[1]})")->response);
  auto refused = send(R"({"prompt":[1]})");
  REQUIRE(refused->response);
  CHECK(refused->response->status == 429);
}

TEST_CASE("a path that is nobody's and a method that is not taken are refused") {
  desk_under_test t;
  CHECK(t.send("/nowhere", "", "GET")->response->status == 404);
  CHECK(t.send("/v1/completions", "", "GET")->response->status == 405);
  t.desk->on_refused(431);
  CHECK(t.metrics.text().find("hadal_http_requests_total{path=\"other\",status=\"431\"} 1") !=
        std::string::npos);
}

TEST_CASE("a session that dies fails its request, and a gateway that dies cuts all off") {
  desk_under_test t;
  auto first = t.send("/v1/chat/completions", chat_body);
  t.desk->session_died(first->id());
  REQUIRE(first->response);
  CHECK(first->response->status == 500);
  auto second = t.send("/v1/chat/completions", chat_body);
  t.desk->close_all();
  CHECK(second->aborted);
  CHECK(t.desk->open_count() == 0);
}
