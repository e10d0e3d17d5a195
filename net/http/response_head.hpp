#pragma once
// Writes the head of an answer.

#include "net/http/handler.hpp"

#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hadal::net {

/// How the end of the body is marked.
enum class body_framing : std::uint8_t { length, chunked, until_close };

struct response_head {
  unsigned status = 200;
  std::string_view content_type;
  std::span<const header_field> headers;
  std::string_view header_lines; // further fields as sent, each with its line end
  body_framing framing = body_framing::length;
  std::size_t content_length = 0; // with body_framing::length
  bool keep_alive = true;
  bool http_1_1 = true; // version of the client
};

/// 1xx, 204 and 304.
bool has_no_body(unsigned status) noexcept;

/// `Sun, 06 Nov 1994 08:49:37 GMT`
std::string http_date(std::time_t seconds);

/// Status line, Date, Server, the body's headers, the given headers, Connection if it differs from
/// the version's default, and the empty line. Control bytes in given values become spaces. An
/// answer whose status allows no body has no field about a body.
void append_response_head(std::string& out, const response_head& head, std::string_view date);

/// One chunk of a chunked body; nothing for no bytes, since an empty chunk is the end.
void append_chunk(std::string& out, std::string_view bytes);

/// The chunk that ends a body.
void append_last_chunk(std::string& out);

} // namespace hadal::net
