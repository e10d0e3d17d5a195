#pragma once
// Starts the parts of the service, watches them, and handles each death as this table says
// (actors/protocol/supervisor.hpp has the messages):
//
// | who ends   | watched by              | answer                                                            |
// |------------|-------------------------|-------------------------------------------------------------------|
// | session    | gateway and scheduler   | its sequences are cancelled, its stream ends with an error        |
// | tokenizer  | supervisor              | started again; a waiting ask is retried once                      |
// | parser     | supervisor, scheduler   | started again; its choices end with an error                      |
// | grammar    | supervisor, who asked   | started again; what it was asked for ends with an error           |
// | shard      | supervisor, scheduler   | what ran ends with `model_failed`; weights are loaded again, once in 60 s |
// | scheduler  | supervisor, sessions    | its requests end with `model_failed`; started again, once in 60 s |
// | gateway    | supervisor, scheduler   | its connections close, their requests are cancelled; started again |
// | loader, or a shard that loads | supervisor | the start or the restart fails, and with it the service       |
// | supervisor | main                    | the process ends, non-zero                                        |
//
// A scheduler and its shard are an engine. While a shard is down `/health/ready` answers 503. A
// second death of the same engine's shard or scheduler within 60 s, or more than
// `restarts_per_minute_max` deaths of one kind of the others, ends the process. Text is read once,
// by a loader that ends when it has answered; the weights are read by each shard.

#include "actors/protocol/gateway.hpp"
#include "actors/protocol/grammar.hpp"
#include "actors/protocol/loader.hpp"
#include "actors/protocol/supervisor.hpp"
#include "actors/runtime/actor_base.hpp"
#include "actors/runtime/promise.hpp"
#include "actors/server/restart_budget.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::server {

/// Starts each part; wiring.cpp has the real functions, tests pass fakes.
struct service_factory {
  std::size_t engine_count = 1;
  std::size_t gateway_count = 1;
  std::size_t tokenizer_count = 1;
  std::size_t parser_count = 1;
  std::function<protocol::gateway_actor(std::size_t index, protocol::supervisor_actor)> gateway;
  std::function<protocol::loader_actor()> loader;
  std::function<protocol::scheduler_actor(const protocol::loaded_text&)> scheduler;
  std::function<protocol::shard_actor(const protocol::executor_maker&)> shard;
  std::function<protocol::tokenizer_actor(const protocol::loaded_text&)> tokenizer;
  std::function<protocol::parser_actor(const protocol::loaded_text&)> parser;
  std::function<protocol::grammar_actor(const protocol::loaded_text&)> grammar;

  /// Called once, when the service can answer requests.
  std::function<void()> on_ready;
  /// Called at most once, if the service cannot start or continue; the supervisor then ends.
  std::function<void(const error&)> on_failed;
};

class supervisor final : public runtime::actor_base<protocol::supervisor_actor> {
public:
  supervisor(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
             service_factory factory);

  const char* name() const override { return "supervisor"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  /// A scheduler and its shard.
  struct engine {
    protocol::scheduler_actor scheduler;
    protocol::shard_actor shard;
    model::executor_info executor; // of the shard that loaded last
    bool loaded = false;           // the shard runs
    restart_budget scheduler_deaths{1};
    restart_budget shard_deaths{1};
  };

  void start();
  void on_text(const protocol::text_loaded& m);
  void on_executor(std::size_t index, const protocol::executor_loaded& m);
  void start_parts();

  void start_gateway(std::size_t index);
  void start_tokenizer(std::size_t index);
  void start_parser(std::size_t index);
  void start_compiler();
  void start_masks();
  void start_scheduler(std::size_t index);
  void start_shard(std::size_t index);
  /// Gives a scheduler the shard of its engine, unless that is still loading.
  void join(const engine& e);

  void on_shard_down(std::size_t index, const caf::error& reason);
  void on_scheduler_down(std::size_t index, const caf::error& reason);

  caf::result<protocol::service_drained> drain(const protocol::drain_service& m);
  void poll_drain();

  /// Counts a restart; false (and the end of the service) if there were too many.
  bool may_restart(const char* part, restart_budget& budget, const caf::error& reason);
  /// Starts a part that is no engine's again when it dies, within the budget of its kind.
  std::function<void(const caf::error&)> again(const char* part, std::function<void()> start);
  void fail_service(error failure);
  void broadcast();
  void set_phase(protocol::service_phase phase);
  void publish_parts();

  service_factory factory_;
  protocol::service_phase phase_ = protocol::service_phase::starting;
  std::vector<protocol::gateway_actor> gateways_;
  protocol::loader_actor loader_;
  std::vector<engine> engines_;
  std::vector<protocol::tokenizer_actor> tokenizers_;
  std::vector<protocol::parser_actor> parsers_;
  protocol::grammar_actor compiler_; // asked by sessions
  protocol::grammar_actor masks_;    // asked by schedulers
  std::shared_ptr<const protocol::loaded_text> text_;
  protocol::executor_maker make_executor_;
  std::shared_ptr<const protocol::service_parts> parts_;
  std::map<std::string, restart_budget, std::less<>> deaths_; // of what is no engine, by kind

  struct drain_state {
    runtime::promise<protocol::service_drained> answer;
    runtime::time_point deadline;
    std::size_t replies_due = 0;
    std::uint64_t open = 0;
  };
  std::optional<drain_state> drain_;
};

} // namespace hadal::server
