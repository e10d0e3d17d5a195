#pragma once
// What must be true of a request's head before anything in it is believed. Servers and proxies that
// read one head in two ways can be played against each other, so every leniency of old HTTP is an
// error here: bare line feeds, folded lines, a space before the colon, control bytes, two lengths,
// a length beside a transfer coding, a missing or second Host. The bytes that pass are then parsed
// by request_parser.hpp.

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hadal::net {

struct head_limits {
  std::size_t bytes_max = 0;  // request line and fields, line ends included
  std::size_t fields_max = 0; // Errors: headers_too_large
};

/// What the framing of the body and the life of the connection hang on.
struct head_facts {
  bool http_1_1 = true;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
  bool expects_continue = false;
};

/// Watches a head as it arrives. Feed it the same growing text; it looks at each byte once.
class head_scanner {
public:
  explicit head_scanner(head_limits limits) noexcept : limits_(limits) {}

  /// The head's size, its empty line included, once it is whole; nullopt while it is not.
  /// Errors: bad_protocol, uri_too_long (no end of the first line within the limit),
  /// headers_too_large.
  result<std::optional<std::size_t>> scan(std::string_view text);

private:
  head_limits limits_;
  std::size_t seen_ = 0;
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
};

/// Judges a whole head as head_scanner delimits it. Errors: bad_protocol, headers_too_large,
/// body_too_large (a length that cannot be counted), expectation_failed, not_supported (methods
/// that HTTP has and we lack, transfer codings other than chunked), version_not_supported.
result<head_facts> check_head(std::string_view head, head_limits limits);

/// Judges one line of a chunked body's trailer: a field that may not frame a message.
/// Errors: bad_protocol.
result<void> check_trailer_field(std::string_view line);

} // namespace hadal::net
