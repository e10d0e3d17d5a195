#pragma once
// A device in virtual time: an executor around another one that gives each step's result some drawn
// time later, in step order, as a message of the simulation. So a forward is planned, sent and run
// while the result of the step before is still out, and one seed still gives one trace.

#include "actors/protocol/inspect.hpp"
#include "actors/runtime/actor_base.hpp"
#include "model/execution/step_executor.hpp"

#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <utility>

namespace hadal::tests {

/// Results that the device has not given yet, in step order.
using open_steps = std::deque<std::pair<model::sampled_callback, result<model::sample_result>>>;

/// The oldest open step is finished.
struct step_finished {
  std::shared_ptr<open_steps> steps;
};

using device_actor = caf::typed_actor<
    // Gives the result of the oldest step that is still open.
    caf::reacts_to<step_finished>>;

/// Lives as long as the simulation, over all executors.
class device final : public runtime::actor_base<device_actor> {
public:
  using actor_base::actor_base;

  const char* name() const override { return "device"; }
  behavior_type make_behavior() override;
};

class delayed_executor final : public model::step_executor {
public:
  /// Steps take up to `delay_max`, drawn from the seed.
  delayed_executor(std::unique_ptr<model::step_executor> inner, device_actor device,
                   std::uint64_t seed, std::chrono::microseconds delay_max);
  ~delayed_executor() override;

  const model::executor_info& info() const noexcept override { return inner_->info(); }
  result<void> forward(const model::forward_batch& batch) override;
  void sample(const model::sample_batch& batch, model::sampled_callback done) override;

private:
  std::unique_ptr<model::step_executor> inner_;
  device_actor device_;
  std::mt19937_64 random_;
  std::chrono::microseconds delay_max_;
  caf::actor_clock::time_point last_due_{};
  std::shared_ptr<open_steps> open_ = std::make_shared<open_steps>();
};

} // namespace hadal::tests

HADAL_IN_PROCESS(hadal::tests::step_finished)
