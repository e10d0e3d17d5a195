#include "net/client/http_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <utility>

// Asio moves the bytes and Beast parses them. Beast's own streams would do both, but this file
// would take twice as long to compile.

namespace hadal::net::client {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds interruption_interval{50};
constexpr std::uint32_t header_bytes_max = 64 * 1024;
constexpr std::size_t read_bytes = 16 * 1024;

/// One request over one connection.
class http_call {
public:
  http_call(const server_url& url, const client_timeouts& timeouts, const client_request& request,
            const body_sink& sink)
    : url_{url}, timeouts_{timeouts}, request_{request}, sink_{sink}, resolver_{io_}, socket_{io_} {
    parser_.header_limit(header_bytes_max);
    parser_.body_limit(boost::none);
    parser_.eager(false);
  }

  result<client_answer> run(const interruption& interrupted) {
    std::optional<result<client_answer>> outcome;
    asio::co_spawn(io_, talk(), [&](std::exception_ptr thrown, result<client_answer> answer) {
      outcome =
          thrown ? fail(hadal::error_code::internal, "the HTTP client failed") : std::move(answer);
    });
    while (!outcome) {
      if (interrupted && interrupted()) {
        io_.stop();
        return fail(hadal::error_code::cancelled, "interrupted");
      }
      const auto now = clock::now();
      if (now >= deadline_) {
        io_.stop();
        return fail(hadal::error_code::deadline_exceeded,
                    fmt::format("{} {}: it was silent for too long", doing_, url_.authority()));
      }
      io_.run_until(std::min(now + interruption_interval, deadline_));
    }
    return *outcome;
  }

private:
  using clock = std::chrono::steady_clock;

  asio::awaitable<result<client_answer>> talk() {
    error_code failed;
    auto redirect = asio::redirect_error(asio::use_awaitable, failed);
    const auto places =
        co_await resolver_.async_resolve(url_.host, std::to_string(url_.port), redirect);
    if (failed)
      co_return broken(failed);
    begin("cannot connect to", timeouts_.connect);
    co_await asio::async_connect(socket_, places, redirect);
    if (failed)
      co_return broken(failed);

    const std::string message = compose();
    begin("cannot send to", timeouts_.silence);
    co_await asio::async_write(socket_, asio::buffer(message), redirect);
    if (failed)
      co_return broken(failed);
    co_return co_await receive();
  }

  std::string compose() const {
    std::string message =
        fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: hadal\r\n"
                    "Connection: close\r\n",
                    request_.method, url_.base, request_.target, url_.authority());
    if (!request_.api_key.empty())
      message += fmt::format("Authorization: Bearer {}\r\n", request_.api_key);
    if (!request_.body.empty())
      message += "Content-Type: application/json\r\n";
    if (!request_.body.empty() || request_.method == "POST")
      message += fmt::format("Content-Length: {}\r\n", request_.body.size());
    return message + "\r\n" + request_.body;
  }

  asio::awaitable<result<client_answer>> receive() {
    begin("no answer from", timeouts_.silence);
    while (!parser_.is_header_done())
      if (const error_code failed = co_await parse_some())
        co_return broken(failed);

    begin("an answer cut short by", timeouts_.silence);
    client_answer answer;
    answer.status = parser_.get().result_int();
    while (!parser_.is_done()) {
      auto& body = parser_.get().body();
      body.data = piece_.data();
      body.size = piece_.size();
      body.more = true;
      const error_code failed = co_await parse_some();
      if (failed && failed != http::error::need_buffer)
        co_return broken(failed);
      const std::string_view bytes{piece_.data(), piece_.size() - body.size};
      if (auto taken = take(bytes, answer); !taken)
        co_return fail(taken.error());
    }
    co_return answer;
  }

  /// Parses bytes that have come, and waits for more only if the parser can do nothing with them.
  asio::awaitable<error_code> parse_some() {
    error_code failed;
    while (true) {
      if (received_.size() > 0) {
        received_.consume(parser_.put(received_.data(), failed));
        if (failed != http::error::need_more)
          co_return failed;
        failed = {};
      }
      deadline_ = clock::now() + timeouts_.silence;
      const std::size_t size = co_await socket_.async_read_some(
          received_.prepare(read_bytes), asio::redirect_error(asio::use_awaitable, failed));
      if (failed == asio::error::eof) {
        if (!parser_.got_some())
          co_return http::error::end_of_stream;
        failed = {};
        parser_.put_eof(failed);
        co_return failed;
      }
      if (failed)
        co_return failed;
      received_.commit(size);
    }
  }

  result<void> take(std::string_view bytes, client_answer& answer) const {
    if (bytes.empty())
      return {};
    if (sink_ && answer.status == 200)
      return sink_(bytes);
    if (answer.body.size() + bytes.size() > http_client::body_bytes_max)
      return fail(hadal::error_code::bad_protocol,
                  fmt::format("the answer of {} is too long", url_.authority()));
    answer.body += bytes;
    return {};
  }

  /// `doing` begins the message if that fails or takes longer than `timeout`.
  void begin(std::string_view doing, std::chrono::milliseconds timeout) {
    doing_ = doing;
    deadline_ = clock::now() + timeout;
  }

  tl::unexpected<hadal::error> broken(const error_code& why) const {
    const bool not_http =
        why.category() == http::make_error_code(http::error::bad_version).category();
    const bool cut = why == http::error::partial_message || why == http::error::end_of_stream;
    return fail(not_http && !cut ? hadal::error_code::bad_protocol : hadal::error_code::io_error,
                fmt::format("{} {}: {}", doing_, url_.authority(), why.message()));
  }

  const server_url& url_;
  const client_timeouts& timeouts_;
  const client_request& request_;
  const body_sink& sink_;
  std::string_view doing_ = "cannot find";
  clock::time_point deadline_ = clock::time_point::max();
  asio::io_context io_{1};
  tcp::resolver resolver_;
  tcp::socket socket_;
  beast::flat_buffer received_;
  http::response_parser<http::buffer_body> parser_;
  std::array<char, read_bytes> piece_{};
};

} // namespace

result<client_answer> http_client::send(const client_request& request,
                                        const interruption& interrupted) const {
  return stream(request, {}, interrupted);
}

result<client_answer> http_client::stream(const client_request& request, const body_sink& sink,
                                          const interruption& interrupted) const {
  return http_call{url_, timeouts_, request, sink}.run(interrupted);
}

} // namespace hadal::net::client
