#pragma once
// Parses bytes to one complete request within its limits: the head is checked by request_head.hpp
// and parsed by Beast, the body is read by its length or by chunk_decoder.hpp. No socket, no clock.

#include "base/result.hpp"
#include "net/http/handler.hpp"
#include "net/http/request_head.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace hadal::net {

struct request_limits {
  head_limits head;
  std::size_t body_bytes_max = 0;
};

class request_parser {
public:
  explicit request_parser(const request_limits& limits);
  ~request_parser();
  request_parser(request_parser&&) noexcept;
  request_parser& operator=(request_parser&&) noexcept;

  /// Takes bytes from the front of `text` and returns how many; the rest must be passed again with
  /// more bytes after it, or belongs to the next request. Call until `done()`. Errors: those of
  /// request_head.hpp, body_too_large, bad_protocol.
  result<std::size_t> put(std::string_view text);

  bool head_done() const noexcept;
  bool done() const noexcept;

  // Once head_done().
  const head_facts& facts() const noexcept;
  bool keep_alive() const noexcept;
  std::string_view header(std::string_view name) const noexcept;

  /// The request, once done(). Call once.
  http_request take();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace hadal::net
