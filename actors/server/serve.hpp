#pragma once
// The server for the commands. `run_serve` is `hadal serve`; `start_server` starts the same graph
// inside a process that does other work too (`hadal chat` without a server).
//
// Threads. The functions of running_server may be called from any thread, not from a signal
// handler.

#include "actors/server/options.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>

namespace hadal::runtime {
class environment;
}

namespace hadal::server {

class running_server {
public:
  /// Stops at once, like `stop`, and waits for the end.
  virtual ~running_server() = default;

  /// The port it listens on; with port 0 in the options the port that the system picked.
  virtual std::uint16_t port() const noexcept = 0;

  /// Blocks until requests can be answered, the start has failed (returns its error), or the server
  /// was stopped (cancelled).
  virtual result<void> wait_ready() = 0;

  /// Refuses new requests (503 draining), lets running ones end within the drain timeout, then
  /// stops. Returns at once.
  virtual void drain() = 0;

  /// Ends running requests now and stops. Returns at once.
  virtual void stop() = 0;

  /// Blocks until the server has ended. Exit code: 0 after `drain` or `stop`, 1 if the start or an
  /// actor failed.
  virtual int wait() = 0;

  /// The environment of its actors: for hooks of fault injection, which must outlive the server.
  virtual runtime::environment& environment() noexcept = 0;
};

/// Binds and starts loading; returns once it listens (`/health/live` answers, the rest 503
/// starting). Errors: io_error (param = "--host" or "--port"), invalid_config.
result<std::unique_ptr<running_server>> start_server(const serve_options& options);

/// Serves until SIGTERM or SIGINT (drains; a second one stops at once) or a failure. Returns the
/// exit code.
int run_serve(const serve_options& options);

} // namespace hadal::server
