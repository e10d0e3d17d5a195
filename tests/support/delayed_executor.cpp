#include "tests/support/delayed_executor.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>

namespace hadal::tests {

namespace {

/// A message for each step comes, but its executor may have ended meanwhile and given all.
void finish_oldest(open_steps& steps) {
  if (steps.empty())
    return;
  auto [done, sampled] = std::move(steps.front());
  steps.pop_front();
  done(std::move(sampled));
}

} // namespace

device::behavior_type device::make_behavior() {
  return {[](const step_finished& m) { finish_oldest(*m.steps); }};
}

delayed_executor::delayed_executor(std::unique_ptr<model::step_executor> inner, device_actor device,
                                   std::uint64_t seed, std::chrono::microseconds delay_max)
  : inner_(std::move(inner)), device_(std::move(device)), random_(seed), delay_max_(delay_max) {}

delayed_executor::~delayed_executor() {
  while (!open_->empty())
    finish_oldest(*open_);
}

result<void> delayed_executor::forward(const model::forward_batch& batch) {
  return inner_->forward(batch);
}

void delayed_executor::sample(const model::sample_batch& batch, model::sampled_callback done) {
  inner_->sample(batch, [&](result<model::sample_result> sampled) {
    open_->emplace_back(std::move(done), std::move(sampled));
  });
  auto& clock = device_->home_system().clock();
  const std::chrono::microseconds delay(random_() % static_cast<std::uint64_t>(delay_max_.count()));
  last_due_ = std::max(last_due_ + std::chrono::microseconds(1), clock.now() + delay);
  clock.schedule_message(
      last_due_, caf::actor_cast<caf::strong_actor_ptr>(device_),
      caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, step_finished{open_}));
}

} // namespace hadal::tests
