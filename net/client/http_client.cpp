#include "net/client/http_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/core.h>

#include <array>
#include <exception>
#include <optional>
#include <utility>

namespace hadal::net::client {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds interruption_interval{50};
constexpr std::uint32_t header_bytes_max = 64 * 1024;

/// One request over one connection.
class http_call {
public:
  http_call(const server_url& url, const client_timeouts& timeouts, const client_request& request,
            const body_sink& sink)
    : url_{url}, timeouts_{timeouts}, request_{request}, sink_{sink}, resolver_{io_}, stream_{io_} {
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
      io_.run_for(interruption_interval);
    }
    return *outcome;
  }

private:
  asio::awaitable<result<client_answer>> talk() {
    error_code failed;
    auto redirect = asio::redirect_error(asio::use_awaitable, failed);
    const auto places =
        co_await resolver_.async_resolve(url_.host, std::to_string(url_.port), redirect);
    if (failed)
      co_return broken("cannot find", failed);
    stream_.expires_after(timeouts_.connect);
    co_await stream_.async_connect(places, redirect);
    if (failed)
      co_return broken("cannot connect to", failed);

    const auto message = compose();
    stream_.expires_after(timeouts_.silence);
    co_await http::async_write(stream_, message, redirect);
    if (failed)
      co_return broken("cannot send to", failed);
    co_return co_await receive();
  }

  http::request<http::string_body> compose() const {
    http::request<http::string_body> message{http::verb::get, url_.base + request_.target, 11};
    message.method_string(request_.method);
    message.set(http::field::host, url_.authority());
    message.set(http::field::user_agent, "hadal");
    message.set(http::field::connection, "close");
    if (!request_.api_key.empty())
      message.set(http::field::authorization, "Bearer " + request_.api_key);
    if (!request_.body.empty()) {
      message.set(http::field::content_type, "application/json");
      message.body() = request_.body;
    }
    message.prepare_payload();
    return message;
  }

  asio::awaitable<result<client_answer>> receive() {
    error_code failed;
    auto redirect = asio::redirect_error(asio::use_awaitable, failed);
    http::response_parser<http::buffer_body> parser;
    parser.header_limit(header_bytes_max);
    parser.body_limit(boost::none);
    parser.get().body().data = nullptr;
    beast::flat_buffer buffer;
    co_await http::async_read_header(stream_, buffer, parser, redirect);
    if (failed)
      co_return broken("no answer from", failed);

    client_answer answer;
    answer.status = parser.get().result_int();
    while (!parser.is_done()) {
      stream_.expires_after(timeouts_.silence);
      auto& body = parser.get().body();
      body.data = piece_.data();
      body.size = piece_.size();
      body.more = true;
      co_await http::async_read_some(stream_, buffer, parser, redirect);
      if (failed && failed != http::error::need_buffer)
        co_return broken("an answer cut short by", failed);
      const std::string_view bytes{piece_.data(), piece_.size() - body.size};
      if (auto taken = take(bytes, answer); !taken)
        co_return fail(taken.error());
    }
    co_return answer;
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

  tl::unexpected<hadal::error> broken(std::string_view what, const error_code& why) const {
    if (why == beast::error::timeout)
      return fail(hadal::error_code::deadline_exceeded,
                  fmt::format("{} {}: it was silent for too long", what, url_.authority()));
    const bool not_http =
        why.category() == http::make_error_code(http::error::bad_version).category();
    const bool cut = why == http::error::partial_message || why == http::error::end_of_stream;
    return fail(not_http && !cut ? hadal::error_code::bad_protocol : hadal::error_code::io_error,
                fmt::format("{} {}: {}", what, url_.authority(), why.message()));
  }

  const server_url& url_;
  const client_timeouts& timeouts_;
  const client_request& request_;
  const body_sink& sink_;
  asio::io_context io_{1};
  tcp::resolver resolver_;
  beast::tcp_stream stream_;
  std::array<char, 16 * 1024> piece_{};
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
