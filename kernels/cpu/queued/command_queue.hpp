#pragma once
// One thread that runs commands in the order in which they were pushed.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace hadal::kernels {

class command_queue {
public:
  command_queue();
  command_queue(const command_queue&) = delete;
  command_queue& operator=(const command_queue&) = delete;
  /// Returns when everything pushed has run.
  ~command_queue();

  void push(std::function<void()> command);

private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool ends_ = false;  // when nothing waits any more
  std::thread thread_; // last: it uses the others
};

} // namespace hadal::kernels
