#include "tests/net/http/scripted_server.hpp"

#include "net/http/asio.hpp"
#include "net/openai/error_response.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace hadal::test {

namespace {

class scripted_handler final : public net::handler {
public:
  explicit scripted_handler(net::asio::io_context& io) : io_(io) {}

  net::http_response error_answer(const error& e) const override { return net::error_response(e); }

  void on_request(net::exchange_ptr ex) override {
    ++requests;
    const std::string_view path = ex->request().path();
    if (path == "/echo") {
      net::http_response r;
      r.content_type = "text/plain";
      r.body = ex->request().method + " " + ex->request().target + "\n" + ex->request().body;
      ex->respond(std::move(r));
    } else if (path == "/take") {
      const std::string body = ex->take_body();
      const std::string& left = ex->request().body;
      const std::size_t inside = std::string().capacity();
      ex->respond({200,
                   "text/plain",
                   {},
                   body + ", then " + std::to_string(left.size()) + " bytes of at most " +
                       std::to_string(std::max(left.capacity(), inside))});
    } else if (path == "/hold" || path == "/open") {
      if (path == "/open") {
        ex->start_stream();
        ex->write("data: first\n\n");
      }
      const std::lock_guard lock(mutex);
      held.push_back(std::move(ex));
    } else if (path == "/stream") {
      ex->start_stream({{"X-Kind", "stream"}});
      for (int i = 0; i < 10; ++i)
        ex->write("data: " + std::to_string(i) + "\n\n");
      ex->finish();
    } else if (path == "/flood") {
      ex->start_stream();
      flood(std::move(ex), 0);
    } else if (path == "/big") {
      net::http_response r;
      r.body.assign(4 * 1024 * 1024, 'b');
      ex->respond(std::move(r));
    } else if (path == "/drop-open") {
      ex->start_stream();
      ex->write("data: x\n\n");
    } else if (path == "/throw") {
      throw std::runtime_error("a handler's own fault");
    } else if (path != "/drop") {
      ex->respond({404, "text/plain", {}, "nothing here"});
    }
  }

  void on_closed(net::exchange_id) override { ++closed; }
  void on_refused(unsigned) override { ++refused; }
  void on_drained(net::exchange_id, std::size_t) override { ++drained; }

  std::atomic<std::size_t> requests{0};
  std::atomic<std::size_t> closed{0};
  std::atomic<std::size_t> refused{0};
  std::atomic<std::size_t> drained{0};
  std::atomic<std::size_t> flood_bytes_max{0};
  std::mutex mutex;
  std::vector<net::exchange_ptr> held;

private:
  void flood(net::exchange_ptr ex, int piece) {
    if (ex->closed() || piece == 4096)
      return;
    ex->write(std::string(64 * 1024, 'f'));
    flood_bytes_max = std::max<std::size_t>(flood_bytes_max, ex->backlog_bytes());
    net::asio::post(
        io_, [this, ex = std::move(ex), piece]() mutable { flood(std::move(ex), piece + 1); });
  }

  net::asio::io_context& io_;
};

} // namespace

struct scripted_server::impl {
  struct worker {
    net::asio::io_context io{1};
    net::asio::executor_work_guard<net::asio::io_context::executor_type> work{io.get_executor()};
    scripted_handler requests{io};
    std::thread thread;
  };

  template <class Count>
  std::size_t sum(Count count) const {
    std::size_t total = 0;
    for (const auto& w : workers)
      total += count(w->requests);
    return total;
  }

  std::vector<std::unique_ptr<worker>> workers;
  std::unique_ptr<net::http_server> server;
};

scripted_server::scripted_server(net::http_server_options options, std::size_t workers)
  : impl_(std::make_unique<impl>()) {
  std::vector<net::http_worker> shares;
  for (std::size_t i = 0; i < workers; ++i) {
    auto& w = impl_->workers.emplace_back(std::make_unique<impl::worker>());
    shares.push_back({w->io, w->requests});
  }
  impl_->server = std::make_unique<net::http_server>(std::move(options), std::move(shares));
  if (const auto started = impl_->server->start(); !started)
    throw std::runtime_error(started.error().message);
  for (auto& w : impl_->workers)
    w->thread = std::thread([io = &w->io] { io->run(); });
}

scripted_server::~scripted_server() {
  impl_->server->stop_accepting();
  release_held();
  impl_->server->close_all();
  for (auto& w : impl_->workers)
    w->work.reset();
  eventually([&] { return impl_->server->connection_count() == 0; });
  for (auto& w : impl_->workers)
    w->io.stop();
  for (auto& w : impl_->workers)
    w->thread.join();
}

std::uint16_t scripted_server::port() const {
  return impl_->server->bound_port();
}

net::http_server& scripted_server::server() {
  return *impl_->server;
}

bool scripted_server::wait_held(std::size_t count) {
  return eventually([&] {
    auto& h = impl_->workers.front()->requests;
    const std::lock_guard lock(h.mutex);
    return h.held.size() >= count;
  });
}

void scripted_server::with_held(std::size_t index,
                                const std::function<void(net::exchange&)>& action) {
  std::promise<void> done;
  auto& w = *impl_->workers.front();
  net::asio::post(w.io, [&] {
    action(*w.requests.held.at(index));
    done.set_value();
  });
  done.get_future().wait();
}

void scripted_server::release_held() {
  for (auto& w : impl_->workers) {
    std::promise<void> done;
    net::asio::post(w->io, [&] {
      const std::lock_guard lock(w->requests.mutex);
      w->requests.held.clear();
      done.set_value();
    });
    done.get_future().wait();
  }
}

std::size_t scripted_server::requests() const {
  return impl_->sum([](const scripted_handler& h) { return h.requests.load(); });
}

std::size_t scripted_server::closed() const {
  return impl_->sum([](const scripted_handler& h) { return h.closed.load(); });
}

std::size_t scripted_server::refused() const {
  return impl_->sum([](const scripted_handler& h) { return h.refused.load(); });
}

std::size_t scripted_server::drained() const {
  return impl_->sum([](const scripted_handler& h) { return h.drained.load(); });
}

std::size_t scripted_server::flood_backlog_max() const {
  return impl_->workers.front()->requests.flood_bytes_max;
}

bool scripted_server::wait_closed(std::size_t count) {
  return eventually([&] { return closed() >= count; });
}

bool scripted_server::wait_connections(std::size_t count) {
  return eventually([&] { return server().connection_count() == count; });
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

} // namespace hadal::test
