#pragma once
// The URL of a server: "http://127.0.0.1:30000", with or without OpenAI's "/v1" at the end.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::net::client {

struct server_url {
  std::string host; // name or address, an IPv6 one without its brackets
  std::uint16_t port = 80;
  std::string base; // path in front of every target, without the last slash or "/v1"

  /// "host:port" as in a Host header, an IPv6 address in brackets.
  std::string authority() const;
  /// "http://host:port/base".
  std::string text() const;
};

/// Errors: invalid_config (the message describes a valid URL).
result<server_url> parse_server_url(std::string_view text);

} // namespace hadal::net::client
