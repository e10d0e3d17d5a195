#pragma once
// The real graph (supervisor, gateway with its desk, sessions, tokenizer, scheduler, shard,
// parsers) in a simulation: only the executor is fake and connections are fake_exchanges.

#include "actors/gateway/request_desk.hpp"
#include "actors/server/supervisor.hpp"
#include "tests/support/fake_exchange.hpp"
#include "tests/support/fake_executor.hpp"
#include "tests/support/simulation.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::tests {

class simulated_service {
public:
  explicit simulated_service(std::uint64_t seed, std::size_t engines = 1);
  ~simulated_service();

  /// Starts loading and settles: the service is ready.
  void start();

  /// Gives a request to the gateway; it is handled when the simulation steps.
  std::shared_ptr<fake_exchange> send(std::string target, std::string body,
                                      std::string method = "POST");

  /// The client hangs up.
  void hang_up(const std::shared_ptr<fake_exchange>& ex);

  /// Makes the next handler of the actor throw.
  template <class Handle>
  void poison(const Handle& actor) {
    caf::anon_send(caf::actor_cast<caf::actor>(actor), runtime::poison{});
  }

  simulation sim;
  std::shared_ptr<const actors::server_config> config;
  actors::request_desk desk;

  // The current actors, as last started.
  protocol::gateway_actor gateway;
  protocol::scheduler_actor scheduler;
  protocol::shard_actor shard;
  protocol::tokenizer_actor tokenizer;
  protocol::parser_actor parser;
  protocol::grammar_actor compiler;
  protocol::grammar_actor masks;
  protocol::supervisor_actor supervisor;
  std::optional<error> failure;
  bool ready = false;
  int loads = 0;                                     // of executors
  int text_loads = 0;                                // of everything else
  std::vector<protocol::scheduler_actor> schedulers; // all that were started, oldest first
  model::executor_info executor = fake_executor::small_info();
  // Makes the executor of a shard; of `executor`, a fake one.
  std::function<std::unique_ptr<model::step_executor>()> make_executor = [this] {
    return std::make_unique<fake_executor>(executor);
  };

private:
  server::service_factory factory(std::size_t engines);
  std::uint64_t next_exchange_ = 1;
};

/// The joined `text` of a completion stream's first choice.
std::string streamed_text(const std::string& events);

} // namespace hadal::tests
