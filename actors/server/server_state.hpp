#pragma once
// Where a running server stands, shared between its own thread, its actors and whoever holds it.
// Every function may be called from any thread.

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

  /// Until requests are answered, the start has failed, or the end was asked for (cancelled).
  result<void> wait_ready();

  /// Until somebody asks for the end or the service fails. True: drain first.
  bool wait_for_end();

  /// Until the drain is done, or a stop or a failure cuts it short.
  void wait_drained();

  /// 0 after an end that was asked for, 1 after a failure.
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
