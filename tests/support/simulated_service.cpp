#include "tests/support/simulated_service.hpp"

#include "actors/gateway/gateway.hpp"
#include "actors/grammar/grammar.hpp"
#include "actors/loader/loader.hpp"
#include "actors/parser/parser.hpp"
#include "actors/runtime/spawn.hpp"
#include "actors/scheduler/scheduler.hpp"
#include "actors/shard/shard.hpp"
#include "actors/tokenizer/tokenizer.hpp"
#include "tests/support/byte_tokenizer.hpp"

#include <nlohmann/json.hpp>

#include <caf/exit_reason.hpp>

namespace hadal::tests {

namespace {

std::shared_ptr<const actors::server_config> small_config() {
  auto config = std::make_shared<actors::server_config>();
  config->served_names = {"small"};
  config->model_path = "small";
  config->streams_max = 64;
  config->version = "test";
  return config;
}

protocol::text_loaded small_text() {
  protocol::text_loaded loaded;
  auto text = std::make_shared<protocol::loaded_text>();
  text->facts.path = "small";
  text->facts.eos_token_ids = {eos_id};
  text->chunked_prefill_size = 64;
  text->max_queued_requests = 1024;
  text->max_queued_tokens = 100'000;
  text->tokenizer = byte_tokenizer();
  text->vocabulary = std::make_shared<const model::token_vocabulary>(*text->tokenizer);
  loaded.text = std::move(text);
  return loaded;
}

} // namespace

simulated_service::simulated_service(std::uint64_t seed, std::size_t engines)
  : sim(seed), config(small_config()), desk(config, sim.env()) {
  supervisor = runtime::spawn<server::supervisor>(sim.system(), sim.env(), factory(engines));
}

simulated_service::~simulated_service() {
  caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  supervisor = nullptr;
  gateway = nullptr;
  scheduler = nullptr;
  schedulers.clear();
  shard = nullptr;
  tokenizer = nullptr;
  parser = nullptr;
  compiler = nullptr;
  masks = nullptr;
  sim.settle();
}

server::service_factory simulated_service::factory(std::size_t engines) {
  server::service_factory f;
  f.engine_count = engines;
  auto& system = sim.system();
  auto& env = sim.env();
  f.gateway = [&](std::size_t, protocol::supervisor_actor boss) {
    gateway = runtime::spawn_pinned<actors::gateway>(system, env, nullptr, std::ref(desk), boss);
    return gateway;
  };
  f.loader = [&] {
    return runtime::spawn_detached<actors::loader>(system, env, actors::load_function([this] {
                                                     ++text_loads;
                                                     auto loaded = small_text();
                                                     loaded.make_executor = [this] {
                                                       ++loads;
                                                       return make_executor();
                                                     };
                                                     return loaded;
                                                   }));
  };
  f.scheduler = [&](const protocol::loaded_text& text) {
    actors::planner_options options;
    options.chunked_prefill_size = text.chunked_prefill_size;
    scheduler = runtime::spawn_detached<actors::scheduler>(system, env, options);
    schedulers.push_back(scheduler);
    return scheduler;
  };
  f.shard = [&](const protocol::executor_maker& make) {
    shard = runtime::spawn_detached<actors::shard>(system, env, make);
    return shard;
  };
  f.tokenizer = [&](const protocol::loaded_text& text) {
    tokenizer = runtime::spawn<actors::tokenizer>(system, env, text.tokenizer, text.encoder);
    return tokenizer;
  };
  f.grammar = [&](const protocol::loaded_text& text) {
    // The first grammar actor compiles, the others fill masks.
    auto started = runtime::spawn<actors::grammar>(system, env, text.vocabulary);
    (compiler ? masks : compiler) = started;
    return started;
  };
  f.parser = [&](const protocol::loaded_text& text) {
    parser = runtime::spawn<actors::parser>(system, env, text.tokenizer);
    return parser;
  };
  f.on_ready = [this] { ready = true; };
  f.on_failed = [this](const error& e) { failure = e; };
  return f;
}

void simulated_service::start() {
  caf::anon_send(supervisor, protocol::start_service{});
  sim.settle();
}

std::shared_ptr<fake_exchange> simulated_service::send(std::string target, std::string body,
                                                       std::string method) {
  auto ex = std::make_shared<fake_exchange>(next_exchange_++, std::move(method), std::move(target),
                                            std::move(body));
  desk.on_request(ex);
  return ex;
}

void simulated_service::hang_up(const std::shared_ptr<fake_exchange>& ex) {
  ex->is_closed = true;
  desk.on_closed(ex->id());
}

std::string streamed_text(const std::string& events) {
  std::string text;
  for (std::size_t at = 0; (at = events.find("data: {", at)) != std::string::npos;) {
    auto end = events.find("\n\n", at);
    auto chunk = nlohmann::json::parse(events.substr(at + 6, end - at - 6));
    for (const auto& choice : chunk.value("choices", nlohmann::json::array()))
      if (choice.value("index", 0) == 0)
        text += choice.value("text", "");
    at = end;
  }
  return text;
}

} // namespace hadal::tests
