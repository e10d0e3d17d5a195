#include "kernels/cpu/queued/command_queue.hpp"

#include <utility>

namespace hadal::kernels {

command_queue::command_queue() : thread_([this] { run(); }) {}

command_queue::~command_queue() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void command_queue::push(std::function<void()> command) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(command));
  }
  changed_.notify_one();
}

void command_queue::run() {
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    if (waiting_.empty())
      return;
    std::function<void()> command = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    command();
    command = nullptr; // what it holds is destroyed before the next one runs
    lock.lock();
  }
}

} // namespace hadal::kernels
