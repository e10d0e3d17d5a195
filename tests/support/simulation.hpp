#pragma once
// A whole graph of actors on CAF's deterministic coordinator: one thread, virtual time, and a seed
// that chooses which actor runs next. Every message is recorded when it is enqueued; the same seed
// gives the same trace.

#include "actors/runtime/environment.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace hadal::tests {

class simulation : private runtime::tap {
public:
  explicit simulation(std::uint64_t seed);
  ~simulation() override;

  caf::actor_system& system() noexcept { return system_; }
  runtime::environment& env() noexcept { return env_; }
  net::metrics& metrics() noexcept { return metrics_; }

  /// Lets one actor handle one message; false if no actor has any.
  bool step();

  /// Steps until no actor has a message. Fails the test after `steps_max`.
  void settle(std::size_t steps_max = 1'000'000);

  /// Lets virtual time pass: what is due then is enqueued, in the order of its time.
  void advance(std::chrono::microseconds time);

  /// Lets virtual time pass, then settles.
  void pass(std::chrono::milliseconds time);

  /// Addresses of the actors of this name that have received a message, oldest first.
  std::vector<caf::actor_addr> named(const std::string& name) const;

  /// "receiver <- message", in order of enqueueing; of messages that never leave the process, which
  /// have no text, only that they came.
  const std::vector<std::string>& trace() const noexcept { return trace_; }

  /// The same messages as "receiver <- record", each by the name of its type.
  const std::vector<std::string>& records() const noexcept { return records_; }

private:
  struct config : caf::actor_system_config {
    config();
  };

  bool pass(caf::abstract_actor& to, caf::mailbox_element_ptr& element) override;

  net::metrics metrics_;
  runtime::environment env_;
  config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& coordinator_;
  std::mt19937_64 order_;
  std::vector<std::string> trace_;
  std::vector<std::string> records_;
  std::vector<std::pair<std::string, caf::actor_addr>> seen_;
};

} // namespace hadal::tests
