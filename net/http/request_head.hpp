#pragma once
// Checks a request's head before any of it is used. If a server and a proxy read one head in
// two ways, requests can be smuggled, so every leniency of old HTTP is an error here: bare
// line feeds, folded lines, a space before the colon, control bytes, two lengths, a length
// beside a transfer coding, a missing or second Host. request_parser.hpp parses the bytes that
// pass.

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

/// The facts that decide the framing of the body and the life of the connection.
struct head_facts {
  bool http_1_1 = true;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
  bool expects_continue = false;
};

/// Finds the end of a head as it arrives. Is given the same growing text and reads each byte once.
class head_scanner {
public:
  explicit head_scanner(head_limits limits) noexcept : limits_(limits) {}

  /// The head's size including the empty line; nullopt while it is incomplete. Errors:
  /// bad_protocol, uri_too_long (no end of the first line within the limit),
  /// headers_too_large.
  result<std::optional<std::size_t>> scan(std::string_view text);

private:
  head_limits limits_;
  std::size_t seen_ = 0;
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
};

/// Checks a complete head as found by head_scanner. Errors: bad_protocol, headers_too_large,
/// body_too_large (a length that cannot be counted), expectation_failed, not_supported (methods of
/// HTTP that Hadal lacks, transfer codings other than chunked), version_not_supported.
result<head_facts> check_head(std::string_view head, head_limits limits);

/// Checks one line of a chunked body's trailer: it must not be a field that frames a message.
/// Errors: bad_protocol.
result<void> check_trailer_field(std::string_view line);

} // namespace hadal::net
