#include "kernels/ops/wait.hpp"

#include <condition_variable>
#include <mutex>

namespace hadal::kernels {

result<void> wait(backend& backend) {
  struct {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    result<void> outcome;
  } state;
  backend.when_done([&state](result<void> outcome) {
    const std::lock_guard lock(state.mutex);
    state.outcome = std::move(outcome);
    state.done = true;
    state.changed.notify_one(); // under the lock: the waiting thread destroys `state`
  });
  std::unique_lock lock(state.mutex);
  state.changed.wait(lock, [&state] { return state.done; });
  return std::move(state.outcome);
}

} // namespace hadal::kernels
