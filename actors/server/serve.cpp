#include "actors/server/serve.hpp"

#include "actors/server/wiring.hpp"
#include "base/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <thread>

namespace hadal::server {

namespace {

namespace asio = boost::asio;

/// The first SIGTERM or SIGINT drains, the second one stops at once. SIGHUP, which asks daemons to
/// reload their settings, is ignored: ours are read once.
class signal_watch {
public:
  explicit signal_watch(running_server& server) : server_(server) {
    wait_for_next();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~signal_watch() {
    context_.stop();
    thread_.join();
  }

private:
  void wait_for_next() {
    signals_.async_wait([this](const boost::system::error_code& failed, int number) {
      if (failed)
        return;
      if (number == SIGHUP) {
        log::info("server ignores SIGHUP: settings and keys are read at the start only");
        return wait_for_next();
      }
      if (std::exchange(draining_, true))
        return server_.stop();
      server_.drain();
      wait_for_next();
    });
  }

  running_server& server_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGTERM, SIGINT, SIGHUP};
  bool draining_ = false;
  std::thread thread_;
};

} // namespace

result<std::unique_ptr<running_server>> start_server(const serve_options& options) {
  return wire(options);
}

int run_serve(const serve_options& options) {
  log::set_level(options.log_level);
  std::signal(SIGPIPE, SIG_IGN);
  auto server = start_server(options);
  if (!server) {
    log::error("server does not start: {}", server.error().message);
    return 1;
  }
  signal_watch signals(**server);
  log::info("server listens on http://{}:{}; it answers 503 until the model is loaded",
            options.host, (*server)->port());
  if (auto ready = (*server)->wait_ready(); ready)
    log::info("server is ready on http://{}:{}", options.host, (*server)->port());
  else if (ready.error().code != error_code::cancelled)
    log::error("server does not start: {}", ready.error().message);
  return (*server)->wait();
}

} // namespace hadal::server
