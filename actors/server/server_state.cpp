#include "actors/server/server_state.hpp"

#include <utility>

namespace hadal::server {

void server_state::set_ready() {
  std::lock_guard guard(mutex_);
  ready_ = true;
  changed_.notify_all();
}

void server_state::set_failed(error failure) {
  std::lock_guard guard(mutex_);
  if (!failure_)
    failure_ = std::move(failure);
  changed_.notify_all();
}

void server_state::set_drained() {
  std::lock_guard guard(mutex_);
  drained_ = true;
  changed_.notify_all();
}

void server_state::ask_to_drain() {
  std::lock_guard guard(mutex_);
  drain_asked_ = true;
  changed_.notify_all();
}

void server_state::ask_to_stop() {
  std::lock_guard guard(mutex_);
  stop_asked_ = true;
  changed_.notify_all();
}

result<void> server_state::wait_ready() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ready_ || failure_ || drain_asked_ || stop_asked_; });
  if (failure_)
    return fail(*failure_);
  if (!ready_)
    return fail(error_code::cancelled, "the server was stopped before it was ready");
  return {};
}

bool server_state::wait_for_end() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || drain_asked_ || stop_asked_; });
  return drain_asked_ && !stop_asked_ && !failure_;
}

void server_state::wait_drained() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return drained_ || failure_ || stop_asked_; });
}

int server_state::exit_code() const {
  std::lock_guard guard(mutex_);
  return failure_ ? 1 : 0;
}

} // namespace hadal::server
