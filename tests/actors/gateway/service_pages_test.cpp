#include "actors/gateway/service_pages.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace hadal;
using namespace hadal::actors;
using nlohmann::json;

namespace {

struct pages {
  net::metrics metrics;
  runtime::environment env{1, metrics};
  server_config config;
  protocol::service_status status;

  pages() {
    config.served_names = {"small", "other"};
    config.model_path = "/models/small";
    config.version = "1.2.3";
    config.settings_json = R"("device":"null")"; // members, without braces
  }

  void load() {
    auto parts = std::make_shared<protocol::service_parts>();
    for (int i = 0; i < 2; ++i) {
      model::executor_info executor;
      executor.context_length = 640;
      executor.page_count = 20;
      executor.slot_count = 4;
      parts->engines.push_back({{}, executor});
    }
    status = {protocol::service_phase::ready, std::move(parts)};
  }

  net::http_response page(net::route route, const std::string& model = "") {
    return page_of(route, model, config, status, env);
  }
};

} // namespace

TEST_CASE("readiness follows the phase of the service, and life does not") {
  using protocol::service_phase;
  pages p;
  for (const auto phase :
       {service_phase::starting, service_phase::rebuilding, service_phase::draining}) {
    p.status.phase = phase;
    CHECK(p.page(net::route::health_ready).status == 503);
    CHECK(p.page(net::route::health).status == 503);
    CHECK(p.page(net::route::health_live).status == 200);
  }
  p.status.phase = service_phase::ready;
  CHECK(p.page(net::route::health_ready).status == 200);
}

TEST_CASE("models are listed by their served names, with the context once it is known") {
  pages p;
  auto all = json::parse(p.page(net::route::models).body)["data"];
  REQUIRE(all.size() == 2);
  CHECK(all[1]["id"] == "other");
  CHECK(all[0]["max_model_len"] == 0);
  p.load();
  CHECK(json::parse(p.page(net::route::model, "small").body)["max_model_len"] == 640);
  const auto unknown = p.page(net::route::model, "large");
  CHECK(unknown.status == 404);
  CHECK(json::parse(unknown.body)["error"]["code"] == "model_not_found");
}

TEST_CASE("the server's sizes are those of all engines together") {
  pages p;
  p.load();
  const auto info = json::parse(p.page(net::route::server_info).body);
  CHECK(info["max_total_num_tokens"] == 2 * 20 * 64);
}

TEST_CASE("version, metrics and the description of the interface are pages") {
  pages p;
  CHECK(p.page(net::route::version).body.find("1.2.3") != std::string::npos);
  CHECK(p.page(net::route::metrics).body.find("hadal_") != std::string::npos);
  CHECK(json::parse(p.page(net::route::openapi).body).contains("paths"));
  CHECK(p.page(net::route::model_info).body.find("/models/small") != std::string::npos);
}

TEST_CASE("texts are parsed as the body says, also before the model is loaded") {
  pages p;
  const auto parsed =
      parsed_text_of(net::route::separate_reasoning,
                     R"({"text":"<think>a</think>b","reasoning_parser":"deepseek-r1"})", p.status);
  CHECK(parsed.status == 200);
  CHECK(json::parse(parsed.body)["text"] == "b");
  CHECK(parsed_text_of(net::route::parse_function_call, "{", p.status).status == 400);
}
