#include "net/http/request_parser.hpp"

#include "base/assert.hpp"
#include "net/http/chunk_decoder.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace hadal::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

// Some clients send an empty line after a body; more than this many are an error.
constexpr int empty_lines_max = 2;

using head_parser = http::request_parser<http::empty_body>;

/// True for the word `close` in any Connection field: it is obeyed whatever stands beside it.
bool asks_to_close(const http::fields& message) {
  const auto [first, last] = message.equal_range(http::field::connection);
  return std::any_of(first, last, [](const auto& field) {
    return http::token_list(field.value()).exists("close");
  });
}

} // namespace

struct request_parser::impl {
  explicit impl(const request_limits& request_limits)
    : limits(request_limits), scanner(request_limits.head), chunks(request_limits.body_bytes_max) {}

  result<std::size_t> put_head(std::string_view text);
  result<void> parse_head(std::string_view head);
  result<std::size_t> put_body(std::string_view text);

  request_limits limits;
  head_scanner scanner;
  int empty_lines = 0;
  bool head_done = false;
  bool done = false;
  bool keep_alive = false;
  head_facts facts;
  http_request request;
  chunk_decoder chunks;
};

result<std::size_t> request_parser::impl::put_head(std::string_view text) {
  if (empty_lines < empty_lines_max && text.front() == '\r') {
    if (text.size() == 1)
      return std::size_t{0};
    if (text[1] == '\n') {
      ++empty_lines;
      return std::size_t{2};
    }
  }
  HADAL_TRY_ASSIGN(size, scanner.scan(text));
  if (!size)
    return std::size_t{0};
  const std::string_view head = text.substr(0, *size);
  HADAL_TRY_ASSIGN(checked, check_head(head, limits.head));
  facts = checked;
  if (facts.content_length.value_or(0) > limits.body_bytes_max)
    return fail(error_code::body_too_large,
                fmt::format("The body has {} bytes; up to {} are taken.", *facts.content_length,
                            limits.body_bytes_max));
  HADAL_TRY(parse_head(head));
  head_done = true;
  done = !facts.chunked && facts.content_length.value_or(0) == 0;
  return head.size();
}

/// Parses with Beast; the bytes have passed check_head.
result<void> request_parser::impl::parse_head(std::string_view head) {
  head_parser parser;
  parser.eager(false);
  parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  parser.body_limit(boost::none);
  beast::error_code ec;
  parser.put(boost::asio::buffer(head.data(), head.size()), ec);
  if (ec)
    return fail(error_code::bad_protocol,
                fmt::format("The request's head is malformed: {}.", ec.message()));
  HADAL_ASSERT(parser.is_header_done());
  const auto& message = parser.get();
  keep_alive = parser.keep_alive() && !asks_to_close(message);
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message)
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  return {};
}

result<std::size_t> request_parser::impl::put_body(std::string_view text) {
  if (facts.chunked) {
    HADAL_TRY_ASSIGN(taken, chunks.put(text));
    if (chunks.done()) {
      request.body = std::move(chunks.body());
      done = true;
    }
    return taken;
  }
  const auto missing = static_cast<std::size_t>(*facts.content_length) - request.body.size();
  const std::size_t taken = std::min(text.size(), missing);
  request.body += text.substr(0, taken);
  done = taken == missing;
  return taken;
}

request_parser::request_parser(const request_limits& limits)
  : impl_(std::make_unique<impl>(limits)) {}
request_parser::~request_parser() = default;
request_parser::request_parser(request_parser&&) noexcept = default;
request_parser& request_parser::operator=(request_parser&&) noexcept = default;

result<std::size_t> request_parser::put(std::string_view text) {
  HADAL_ASSERT(!done());
  if (text.empty())
    return std::size_t{0};
  return impl_->head_done ? impl_->put_body(text) : impl_->put_head(text);
}

bool request_parser::head_done() const noexcept {
  return impl_->head_done;
}

bool request_parser::done() const noexcept {
  return impl_->done;
}

const head_facts& request_parser::facts() const noexcept {
  return impl_->facts;
}

bool request_parser::keep_alive() const noexcept {
  return impl_->keep_alive;
}

std::string_view request_parser::header(std::string_view name) const noexcept {
  return impl_->request.header(name);
}

http_request request_parser::take() {
  HADAL_ASSERT(done());
  return std::move(impl_->request);
}

} // namespace hadal::net
