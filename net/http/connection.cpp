#include "net/http/connection.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <netinet/tcp.h>
#include <poll.h>

#include <exception>
#include <utility>

namespace hadal::net {

namespace {

using namespace std::chrono_literals;

// Bytes that a client may send before its answer is complete; beyond that the socket is not read.
constexpr std::size_t read_ahead_bytes_max = 64 * 1024;

// How often to check whether the client is still there while a full buffer prevents reading.
constexpr auto hang_up_check_interval = 100ms;

// Most bytes of a refused request that are read, so that its client can read the answer.
constexpr std::size_t linger_bytes_max = 256 * 1024 * 1024;

// Larger buffers of an idle connection are released.
constexpr std::size_t idle_buffer_bytes_max = 4 * 1024;

// A vanished peer is detected within about a minute, whether we wait or send.
constexpr int keep_alive_idle_s = 30;
constexpr int keep_alive_interval_s = 10;
constexpr int keep_alive_probes = 3;

using keep_alive_idle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
using keep_alive_interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
using keep_alive_count = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
using user_timeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

/// Failures are ignored: the first read of a dead socket fails.
void set_options(tcp::socket& socket, const http_server_options& options) {
  system_error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(keep_alive_idle(keep_alive_idle_s), ignored);
  socket.set_option(keep_alive_interval(keep_alive_interval_s), ignored);
  socket.set_option(keep_alive_count(keep_alive_probes), ignored);
  socket.set_option(user_timeout(static_cast<int>(options.stream_stall_timeout.count())), ignored);
}

bool hung_up(tcp::socket& socket) {
  pollfd fd{socket.native_handle(), POLLRDHUP, 0};
  return ::poll(&fd, 1, 0) > 0 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

} // namespace

connection::connection(tcp::socket socket, std::shared_ptr<server_core> core, worker_state& worker)
  : socket_(std::move(socket)), core_(std::move(core)), worker_(worker),
    deadline_timer_(socket_.get_executor()), sleep_timer_(socket_.get_executor()),
    stall_timer_(socket_.get_executor()) {
  worker_.connections.insert(this);
  set_options(socket_, core_->options);
}

connection::~connection() {
  if (current_ != nullptr)
    current_->close();
  worker_.connections.erase(this);
  core_->connection_count.fetch_sub(1);
}

void connection::start() {
  const auto on_end = [self = shared_from_this()](const std::exception_ptr& failure) {
    if (failure)
      self->lose_peer();
  };
  asio::co_spawn(socket_.get_executor(), run(), on_end);
}

void connection::start_refusing() {
  const auto on_end = [self = shared_from_this()](const std::exception_ptr& failure) {
    if (failure)
      self->lose_peer();
  };
  asio::co_spawn(socket_.get_executor(), run_refusing(), on_end);
}

void connection::close_if_idle() {
  if (waiting_for_request_)
    lose_peer();
}

void connection::close_now() {
  lose_peer();
}

asio::awaitable<void> connection::run() {
  while (!no_more_requests_ && !peer_lost_) {
    if (auto parser = co_await read_request())
      dispatch(*parser);
    co_await answer_sent();
    first_request_ = false;
  }
  co_await linger();
  finish_run();
}

asio::awaitable<void> connection::run_refusing() {
  refuse({error_code::queue_full, "The server has as many connections as it takes.", {}});
  co_await answer_sent();
  co_await linger();
  finish_run();
}

/// The next request; nullopt if the connection has ended, or the request was refused and its answer
/// is queued.
asio::awaitable<std::optional<request_parser>> connection::read_request() {
  if (core_->draining && input().empty()) {
    no_more_requests_ = true;
    co_return std::nullopt;
  }
  std::optional<request_parser> parser;
  bool continue_sent = false;
  waiting_for_request_ = input().empty();
  if (waiting_for_request_ && input_.capacity() > idle_buffer_bytes_max)
    std::string().swap(input_);
  set_deadline(first_request_ ? core_->options.read_timeout : core_->options.keep_alive_timeout);
  for (;;) {
    if (!input().empty()) {
      if (!parser)
        set_deadline(core_->options.read_timeout);
      waiting_for_request_ = false;
      if (const auto failed = parse_input(parser)) {
        note_origin(parser);
        refuse(*failed);
        co_return std::nullopt;
      }
      if (parser->done())
        break;
      if (parser->head_done() && parser->facts().expects_continue && !continue_sent) {
        continue_sent = true;
        queued_ += "HTTP/1.1 100 Continue\r\n\r\n";
        flush();
      }
    }
    const read_outcome outcome = co_await read_some();
    if (outcome == read_outcome::bytes || (outcome == read_outcome::woken && !peer_lost_))
      continue;
    if (parser && (outcome == read_outcome::timed_out || outcome == read_outcome::ended)) {
      note_origin(parser);
      refuse(early_end(outcome));
    } else
      lose_peer();
    co_return std::nullopt;
  }
  clear_deadline();
  co_return parser;
}

/// Parses the received bytes up to the end of one request.
std::optional<error> connection::parse_input(std::optional<request_parser>& parser) {
  if (!parser)
    parser.emplace(
        request_limits{{core_->options.header_bytes_max, core_->options.header_fields_max},
                       core_->options.body_bytes_max});
  while (!input().empty() && !parser->done()) {
    const auto taken = parser->put(input());
    if (!taken)
      return taken.error();
    if (*taken == 0)
      break;
    consume_input(*taken);
  }
  return std::nullopt;
}

/// Called before a refusal: reads the origin from a head that could not be parsed.
void connection::note_origin(const std::optional<request_parser>& parser) {
  if (core_->options.cors.enabled())
    origin_ = parser && parser->head_done() ? parser->header("origin") : origin_in(input());
}

error connection::early_end(read_outcome outcome) const {
  if (outcome == read_outcome::timed_out)
    return {error_code::request_timeout,
            fmt::format("The request took longer than {} ms to arrive.",
                        core_->options.read_timeout.count()),
            {}};
  return {error_code::bad_protocol, "The connection's sending side closed amid the request.", {}};
}

void connection::consume_input(std::size_t bytes) {
  input_begin_ += bytes;
  if (input_begin_ == input_.size()) {
    input_.clear();
    input_begin_ = 0;
  } else if (input_begin_ > read_ahead_bytes_max) {
    input_.erase(0, input_begin_);
    input_begin_ = 0;
  }
}

asio::awaitable<connection::read_outcome> connection::read_some() {
  if (peer_lost_)
    co_return read_outcome::failed;
  const auto [wait_failed] = co_await socket_.async_wait(
      tcp::socket::wait_read,
      asio::bind_cancellation_slot(read_cancel_.slot(), asio::as_tuple(asio::use_awaitable)));
  if (peer_lost_)
    co_return read_outcome::failed;
  if (timed_out_)
    co_return read_outcome::timed_out;
  if (wait_failed)
    co_return wait_failed == asio::error::operation_aborted ? read_outcome::woken
                                                            : read_outcome::failed;
  system_error_code ec;
  const std::size_t count = socket_.read_some(asio::buffer(worker_.read_space), ec);
  if (ec == asio::error::would_block || ec == asio::error::try_again)
    co_return read_outcome::woken;
  if (ec == asio::error::eof)
    co_return read_outcome::ended;
  if (ec)
    co_return read_outcome::failed;
  input_.append(worker_.read_space.data(), count);
  co_return read_outcome::bytes;
}

/// Waits until the answer to the current request is sent, or the peer is lost. Reads meanwhile:
/// only a read shows that a client has hung up.
asio::awaitable<void> connection::answer_sent() {
  while (!peer_lost_ && (current_ != nullptr || !output_empty())) {
    if (no_more_requests_)
      consume_input(input().size());
    if (client_ended_) {
      co_await sleep_until(clock::time_point::max());
      continue;
    }
    if (input().size() >= read_ahead_bytes_max) {
      co_await sleep_until(clock::now() + hang_up_check_interval);
      if (!peer_lost_ && hung_up(socket_))
        lose_peer();
      continue;
    }
    const read_outcome outcome = co_await read_some();
    if (outcome == read_outcome::ended && current_ == nullptr)
      client_ended_ = no_more_requests_ = true;
    else if (outcome == read_outcome::ended || outcome == read_outcome::failed)
      lose_peer();
  }
}

/// Closes our side and continues to read for a while: closing a socket with unread bytes resets the
/// connection, and the client would lose the answer.
asio::awaitable<void> connection::linger() {
  if (peer_lost_)
    co_return;
  system_error_code ignored; // the reads below report the error
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  set_deadline(core_->options.linger_timeout);
  std::size_t dropped = 0;
  while (!client_ended_ && dropped < linger_bytes_max) {
    const read_outcome outcome = co_await read_some();
    if (outcome != read_outcome::bytes && outcome != read_outcome::woken)
      break;
    dropped += input().size();
    consume_input(input().size());
  }
}

asio::awaitable<void> connection::sleep_until(clock::time_point when) {
  sleep_timer_.expires_at(when);
  co_await sleep_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void connection::finish_run() {
  lose_peer();
  deadline_timer_.cancel();
  stall_timer_.cancel();
}

void connection::dispatch(request_parser& parser) {
  http_1_1_ = parser.facts().http_1_1;
  keep_alive_ = parser.keep_alive();
  streaming_ = false;
  http_request request = parser.take();
  if (core_->options.cors.enabled())
    origin_ = request.header("origin");
  head_request_ = request.method == "HEAD";
  current_id_ = exchange_id{core_->next_exchange_id.fetch_add(1)};
  auto ex = std::make_shared<connection_exchange>(*this, current_id_, std::move(request));
  current_ = ex.get();
  try {
    worker_.requests->on_request(std::move(ex));
  } catch (const std::exception& e) {
    log::error("handler fails on request {}: {}", static_cast<std::uint64_t>(current_id_),
               e.what());
  }
}

/// Answers an invalid request and ends the connection.
void connection::refuse(const error& e) {
  clear_deadline();
  no_more_requests_ = true;
  keep_alive_ = false;
  head_request_ = false;
  const http_response response = worker_.requests->error_answer(e);
  queue_head(response, body_framing::length);
  queued_ += response.body;
  flush();
  worker_.requests->on_refused(response.status);
}

void connection::set_deadline(std::chrono::milliseconds from_now) {
  timed_out_ = false;
  const std::uint64_t generation = ++deadline_generation_;
  deadline_timer_.expires_after(from_now);
  deadline_timer_.async_wait([self = shared_from_this(), generation](system_error_code ec) {
    if (ec || generation != self->deadline_generation_)
      return;
    self->timed_out_ = true;
    self->wake();
  });
}

void connection::clear_deadline() {
  ++deadline_generation_;
  timed_out_ = false;
  deadline_timer_.cancel();
}

void connection::wake() {
  read_cancel_.emit(asio::cancellation_type::all);
  sleep_timer_.cancel();
}

void connection::cut_peer() {
  system_error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  lose_peer();
}

void connection::lose_peer() {
  if (peer_lost_)
    return;
  peer_lost_ = true;
  system_error_code ignored;
  socket_.close(ignored);
  wake();
  if (current_ == nullptr)
    return;
  current_->close();
  current_ = nullptr;
  // Posted, because the caller may be the handler itself, in a write.
  asio::post(socket_.get_executor(), [self = shared_from_this(), id = current_id_] {
    self->worker_.requests->on_closed(id);
  });
}

} // namespace hadal::net
