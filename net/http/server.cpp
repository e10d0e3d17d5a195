#include "net/http/server.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "net/http/connection.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <fmt/format.h>

namespace hadal::net {

namespace {

using namespace std::chrono_literals;

// Connections over the limit get an answer; beyond this many more they are closed without one.
constexpr std::size_t refusing_connections_max = 256;

// Delay after the system had no socket for us (too many open files).
constexpr auto accept_retry_interval = 100ms;

result<tcp::endpoint> resolve(asio::io_context& io, const http_server_options& options) {
  system_error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (!ec)
    return tcp::endpoint(address, options.port);
  tcp::resolver resolver(io);
  const auto found =
      resolver.resolve(options.address, std::to_string(options.port), tcp::resolver::passive, ec);
  if (ec || found.empty())
    return fail(error_code::io_error,
                fmt::format("cannot resolve {}: {}", options.address, ec.message()),
                options.address);
  return found.begin()->endpoint();
}

} // namespace

struct http_server::impl : std::enable_shared_from_this<http_server::impl> {
  explicit impl(asio::io_context& io) : acceptor(io), retry_timer(io) {}

  result<void> listen();
  asio::awaitable<void> accept();
  void take(tcp::socket socket, worker_state& worker);
  void on_each_connection(void (connection::*action)());

  std::shared_ptr<server_core> core = std::make_shared<server_core>();
  tcp::acceptor acceptor;
  asio::steady_timer retry_timer;
  std::uint16_t port = 0;
};

result<void> http_server::impl::listen() {
  HADAL_TRY_ASSIGN(endpoint, resolve(*core->workers.front().io, core->options));
  system_error_code ec;
  const auto step = [&](auto action) {
    if (!ec)
      action();
  };
  step([&] { acceptor.open(endpoint.protocol(), ec); });
  step([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), ec); });
  if (endpoint.address().is_v6())
    step([&] { acceptor.set_option(asio::ip::v6_only(false), ec); });
  step([&] { acceptor.bind(endpoint, ec); });
  step([&] { acceptor.listen(tcp::acceptor::max_listen_connections, ec); });
  step([&] { port = acceptor.local_endpoint(ec).port(); });
  if (!ec)
    return {};
  system_error_code ignored;
  acceptor.close(ignored);
  return fail(error_code::io_error,
              fmt::format("cannot listen on {} port {}: {}", core->options.address,
                          core->options.port, ec.message()),
              core->options.address);
}

asio::awaitable<void> http_server::impl::accept() {
  for (std::size_t next = 0; acceptor.is_open(); next = (next + 1) % core->workers.size()) {
    worker_state& worker = core->workers[next];
    auto [ec, socket] =
        co_await acceptor.async_accept(*worker.io, asio::as_tuple(asio::use_awaitable));
    if (!acceptor.is_open())
      co_return;
    if (!ec) {
      take(std::move(socket), worker);
      continue;
    }
    if (ec == asio::error::connection_aborted)
      continue;
    log::warning("listener cannot accept a connection: {}", ec.message());
    retry_timer.expires_after(accept_retry_interval);
    co_await retry_timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

/// Passes a socket to its worker's thread.
void http_server::impl::take(tcp::socket socket, worker_state& worker) {
  const std::size_t before = core->connection_count.fetch_add(1);
  const bool refused = before >= core->options.connections_max;
  if (before >= core->options.connections_max + refusing_connections_max) {
    core->connection_count.fetch_sub(1);
    return;
  }
  asio::post(*worker.io, [shared = core, &worker, refused, socket = std::move(socket)]() mutable {
    const auto made = std::make_shared<connection>(std::move(socket), shared, worker);
    if (refused)
      made->start_refusing();
    else
      made->start();
  });
}

void http_server::impl::on_each_connection(void (connection::*action)()) {
  for (worker_state& worker : core->workers)
    asio::post(*worker.io, [shared = core, &worker, action] {
      for (connection* c : std::vector(worker.connections.begin(), worker.connections.end()))
        (c->*action)();
    });
}

http_server::http_server(http_server_options options, std::vector<http_worker> workers) {
  HADAL_ASSERT(!workers.empty());
  impl_ = std::make_shared<impl>(workers.front().io);
  impl_->core->options = std::move(options);
  for (const http_worker& worker : workers) {
    worker_state& state = impl_->core->workers.emplace_back();
    state.io = &worker.io;
    state.requests = &worker.requests;
  }
}

http_server::~http_server() = default;

result<void> http_server::start() {
  HADAL_TRY(impl_->listen());
  asio::co_spawn(
      impl_->acceptor.get_executor(), [self = impl_] { return self->accept(); }, asio::detached);
  return {};
}

std::uint16_t http_server::bound_port() const noexcept {
  return impl_->port;
}

void http_server::stop_accepting() {
  asio::post(impl_->acceptor.get_executor(), [self = impl_] {
    system_error_code ignored;
    self->acceptor.close(ignored);
    self->retry_timer.cancel();
  });
}

void http_server::close_idle() {
  impl_->core->draining = true;
  impl_->on_each_connection(&connection::close_if_idle);
}

void http_server::close_all() {
  impl_->core->draining = true;
  impl_->on_each_connection(&connection::close_now);
}

std::size_t http_server::connection_count() const noexcept {
  return impl_->core->connection_count;
}

} // namespace hadal::net
