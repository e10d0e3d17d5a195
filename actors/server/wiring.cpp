#include "actors/server/wiring.hpp"

#include "actors/gateway/gateway.hpp"
#include "actors/grammar/grammar.hpp"
#include "actors/loader/loader.hpp"
#include "actors/parser/parser.hpp"
#include "actors/runtime/asio_unit.hpp"
#include "actors/runtime/spawn.hpp"
#include "actors/runtime/thread_name.hpp"
#include "actors/scheduler/scheduler.hpp"
#include "actors/server/api_key_file.hpp"
#include "actors/server/build_info.hpp"
#include "actors/server/model_choice.hpp"
#include "actors/server/server_state.hpp"
#include "actors/server/settings_json.hpp"
#include "actors/server/supervisor.hpp"
#include "actors/shard/shard.hpp"
#include "actors/tokenizer/tokenizer.hpp"
#include "base/log.hpp"
#include "model/config/model_config.hpp"
#include "model/weights/model_location.hpp"
#include "net/http/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <ctime>
#include <fmt/core.h>
#include <random>
#include <thread>
#include <vector>

namespace hadal::server {

namespace {

namespace asio = boost::asio;

/// One io thread: its context, the unit that pins actors to it, and its desk.
struct io_thread {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::unique_ptr<runtime::asio_unit> unit;
  std::unique_ptr<actors::request_desk> desk;
  std::thread thread;
};

/// Settings measured for this graph: the sharing policy does not poll when idle and does not delay
/// detached actors.
struct system_config : caf::actor_system_config {
  explicit system_config(std::uint32_t cores) {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{std::min(2u, cores)});
    set("scheduler.max-throughput", std::size_t{100});
  }
};

std::uint64_t machine_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

constexpr std::chrono::milliseconds connections_timeout{2000};

/// The labels that /metrics has from the start. Sessions and loaders are not restarted, so they are
/// left out of `restarted`.
net::metric_labels known_labels() {
  net::metric_labels labels;
  labels.restarted = {"gateway", "scheduler", "shard", "tokenizer", "grammar", "parser"};
  labels.actors = labels.restarted;
  labels.actors.insert(labels.actors.end(), {"loader", "session", "supervisor"});
  labels.finish_reasons.assign(actors::finish_labels.begin(), actors::finish_labels.end());
  labels.paths = net::route_patterns();
  return labels;
}

/// The limit on bodies for this context. If the configuration cannot be read, loading the model
/// reports it; until then the smallest limit applies.
std::uint64_t body_bytes_of(const serve_options& options, const model_source& where) {
  const auto least = options.max_body_bytes.value_or(limits::body_bytes_max);
  const auto config = model::load_model_config(where.directory / "config.json");
  if (!config)
    return least;
  const auto decided = resolve_limits(options, config->max_position_embeddings, usable_cores());
  return decided ? decided->max_body_bytes : least;
}

net::http_server_options http_options(const serve_options& o, const model_source& where,
                                      const net::cors_policy& cors) {
  net::http_server_options h;
  h.address = o.host;
  h.port = o.port;
  h.header_bytes_max = o.max_header_bytes;
  h.header_fields_max = o.max_header_fields;
  h.body_bytes_max = body_bytes_of(o, where);
  // An echoed prompt is one event.
  h.stream_backlog_bytes_max = std::max(limits::stream_backlog_bytes_max, h.body_bytes_max);
  h.cors = cors;
  h.connections_max = o.max_connections;
  h.read_timeout = std::chrono::milliseconds(o.read_timeout_ms);
  h.keep_alive_timeout = std::chrono::milliseconds(o.keep_alive_timeout_ms);
  return h;
}

class wired_server final : public running_server {
public:
  wired_server(const serve_options& options, model_source where,
               std::shared_ptr<const actors::server_config> config, std::size_t io_threads)
    : options_(options), where_(std::move(where)), config_(std::move(config)),
      env_(options.random_seed.value_or(machine_seed()), metrics_), system_config_(usable_cores()),
      system_(system_config_), io_(io_threads) {
    metrics_.declare(known_labels());
    std::vector<net::http_worker> workers;
    for (auto& io : io_) {
      io = std::make_unique<io_thread>();
      io->unit = std::make_unique<runtime::asio_unit>(system_, io->context);
      io->desk = std::make_unique<actors::request_desk>(config_, env_);
      workers.push_back({io->context, *io->desk});
    }
    http_ = std::make_unique<net::http_server>(http_options(options_, where_, config_->cors),
                                               std::move(workers));
  }

  ~wired_server() override {
    stop();
    wait();
  }

  result<void> start() {
    HADAL_TRY(http_->start());
    for (auto& io : io_)
      io->thread = std::thread([&context = io->context] {
        runtime::name_this_thread("gateway");
        context.run();
      });
    supervisor_ = runtime::spawn<supervisor>(system_, env_, factory());
    caf::anon_send(supervisor_, protocol::start_service{});
    ending_ = std::thread([this] { run_to_the_end(); });
    return {};
  }

  std::uint16_t port() const noexcept override { return http_->bound_port(); }
  result<void> wait_ready() override { return state_.wait_ready(); }
  void drain() override { state_.ask_to_drain(); }
  void stop() override { state_.ask_to_stop(); }
  runtime::environment& environment() noexcept override { return env_; }

  int wait() override {
    std::lock_guard guard(wait_mutex_);
    if (ending_.joinable())
      ending_.join();
    return state_.exit_code();
  }

private:
  // -- the graph -----------------------------------------------------------------------------

  service_factory factory() {
    service_factory f;
    f.gateway_count = io_.size();
    f.gateway = [this](std::size_t i, protocol::supervisor_actor supervisor) {
      return runtime::spawn_pinned<actors::gateway>(system_, env_, io_[i]->unit.get(),
                                                    std::ref(*io_[i]->desk), supervisor);
    };
    f.loader = [this] {
      return runtime::spawn_detached<actors::loader>(
          system_, env_, actors::load_function([this] { return load_text(options_, where_); }));
    };
    f.scheduler = [this](const protocol::loaded_text& text) {
      actors::planner_options o;
      o.max_running_requests = options_.max_running_requests;
      o.chunked_prefill_size = text.chunked_prefill_size;
      o.max_queued_requests = text.max_queued_requests;
      o.max_queued_tokens = text.max_queued_tokens;
      return runtime::spawn_detached<actors::scheduler>(system_, env_, o);
    };
    f.shard = [this](const protocol::executor_maker& make) {
      return runtime::spawn_detached<actors::shard>(system_, env_, make);
    };
    f.tokenizer = [this](const protocol::loaded_text& text) {
      return runtime::spawn<actors::tokenizer>(system_, env_, text.tokenizer, text.encoder);
    };
    f.grammar = [this](const protocol::loaded_text& text) {
      return runtime::spawn<actors::grammar>(system_, env_, text.vocabulary);
    };
    f.parser = [this](const protocol::loaded_text& text) {
      return runtime::spawn<actors::parser>(system_, env_, text.tokenizer);
    };
    f.on_ready = [this] { state_.set_ready(); };
    f.on_failed = [this](const error& failure) { state_.set_failed(failure); };
    return f;
  }

  // -- the end ---------------------------------------------------------------------------------

  /// Waits until the end is requested (or a failure), then stops the graph in order: open requests,
  /// admission, connections, actors, io threads.
  void run_to_the_end() {
    std::thread drain_asker;
    if (state_.wait_for_end()) {
      log::info("server drains: open requests have {} s", options_.drain_timeout_ms / 1000.0);
      drain_asker = std::thread([this] { ask_for_drain(); });
      state_.wait_drained();
    }
    http_->stop_accepting();
    http_->close_idle();
    wait_for_connections();
    caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
    if (drain_asker.joinable())
      drain_asker.join();
    supervisor_ = nullptr;
    http_->close_all();
    system_.await_all_actors_done();
    wait_for_connections(); // to close: no client should wait for a server that has ended
    for (auto& io : io_) {
      io->work.reset();
      io->context.stop();
      io->thread.join();
    }
  }

  void ask_for_drain() {
    caf::scoped_actor self(system_);
    self->request(supervisor_, caf::infinite, protocol::drain_service{options_.drain_timeout_ms})
        .receive(
            [](const protocol::service_drained& m) {
              if (m.cut_requests > 0)
                log::warning("server cuts {} requests off: the drain timeout has passed",
                             m.cut_requests);
            },
            [](const caf::error&) { log::warning("server cuts the drain short"); });
    state_.set_drained();
  }

  /// Waits briefly for the last bytes to be sent and for connections to close.
  void wait_for_connections() {
    auto deadline = std::chrono::steady_clock::now() + connections_timeout;
    while (http_->connection_count() > 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  serve_options options_;
  model_source where_;
  std::shared_ptr<const actors::server_config> config_;
  net::metrics metrics_;
  runtime::environment env_;
  system_config system_config_;
  caf::actor_system system_;
  std::vector<std::unique_ptr<io_thread>> io_;
  std::unique_ptr<net::http_server> http_;
  protocol::supervisor_actor supervisor_;
  server_state state_;
  std::thread ending_;
  std::mutex wait_mutex_;
};

result<std::shared_ptr<const actors::server_config>> make_config(const serve_options& options,
                                                                 const model_choice& choice) {
  auto config = std::make_shared<actors::server_config>();
  config->served_names = choice.served_names;
  config->model_path = choice.location;
  config->tokenizer_path =
      options.tokenizer_path.empty() ? choice.location : options.tokenizer_path;
  config->settings_json = settings_json(options, choice);
  config->allow_any_model_name = options.allow_any_model_name;
  config->streams_max = options.max_streams;
  config->include_usage_by_default = options.stream_response_default_include_usage;
  config->allow_auto_truncate = options.allow_auto_truncate;
  config->enable_custom_logit_processor = options.enable_custom_logit_processor;
  config->version = program_version();
  config->started_s = static_cast<std::int64_t>(std::time(nullptr));
  std::vector<std::string> keys;
  std::vector<actors::key_limits> key_limits; // of the same keys
  if (!options.api_key.empty()) {
    keys.push_back(options.api_key);
    key_limits.emplace_back();
  }
  if (!options.api_key_file.empty()) {
    HADAL_TRY_ASSIGN(records, load_api_keys(options.api_key_file));
    for (const auto& record : records) {
      keys.push_back(record.key);
      key_limits.push_back({record.max_concurrency, record.tokens_per_minute});
    }
  }
  config->keys = net::api_keys(keys);
  config->cors = net::cors_policy(options.cors_allow_origins);
  config->ledger = std::make_shared<actors::key_ledger>(key_limits);
  return std::shared_ptr<const actors::server_config>(std::move(config));
}

} // namespace

result<std::unique_ptr<running_server>> wire(const serve_options& options) {
  HADAL_TRY_ASSIGN(choice, choose_model(options, this_process()));
  HADAL_TRY_ASSIGN(located, model::locate_model(choice.location, options.revision,
                                                model::hub_environment::of_process()));
  HADAL_TRY_ASSIGN(config, make_config(options, choice));
  auto io_threads = options.io_threads.value_or(
      std::clamp(usable_cores() / limits::cores_per_io_thread, 1u, limits::io_threads_max));
  auto server = std::make_unique<wired_server>(
      options, model_source{located.directory, choice.location}, std::move(config), io_threads);
  HADAL_TRY(server->start());
  return server;
}

} // namespace hadal::server
