#pragma once
// The state of a running server, shared between its own thread, its actors and its owner. Every
// function may be called from any thread.

#include "base/result.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>

namespace hadal::server {

class server_state {
public:
  // -- told by the graph ----------------------------------------------------------

  void set_ready();
  void set_failed(error failure);
  void set_drained();

  // -- told by the holder -----------------------------------------------------------

  void ask_to_drain();
  void ask_to_stop();

  // -- waiting -----------------------------------------------------------------------

  /// Waits until requests are answered, the start has failed, or the end was requested (cancelled).
  result<void> wait_ready();

  /// Waits until the end is requested or the service fails. True: drain first.
  bool wait_for_end();

  /// Waits until the drain is done, or a stop or failure interrupts it.
  void wait_drained();

  /// 0 after a requested end, 1 after a failure.
  int exit_code() const;

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;
  bool drain_asked_ = false;
  bool stop_asked_ = false;
  bool drained_ = false;
  std::optional<error> failure_;
};

} // namespace hadal::server
