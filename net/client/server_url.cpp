#include "net/client/server_url.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace hadal::net::client {

namespace {

tl::unexpected<error> not_a_url(std::string_view why) {
  return fail(error_code::invalid_config,
              fmt::format("must be like http://127.0.0.1:30000: {}", why));
}

bool is_host_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

bool is_ipv6_character(char c) noexcept {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == '.' ||
         c == ':';
}

bool is_path_character(char c) noexcept {
  return c > ' ' && c < 127 && c != '?' && c != '#';
}

/// Removes the host from the front of `rest`: "[::1]:80" leaves ":80".
result<std::string> take_host(std::string_view& rest) {
  const bool bracketed = !rest.empty() && rest.front() == '[';
  const auto end = bracketed ? rest.find(']') : std::min(rest.find(':'), rest.size());
  if (end == std::string_view::npos)
    return not_a_url("the bracket of its address is not closed");
  const auto host = rest.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
  if (host.empty() ||
      !std::all_of(host.begin(), host.end(), bracketed ? is_ipv6_character : is_host_character))
    return not_a_url("it has no valid host");
  rest.remove_prefix(bracketed ? end + 1 : end);
  return std::string{host};
}

} // namespace

std::string server_url::authority() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

std::string server_url::text() const {
  return fmt::format("http://{}{}", authority(), base);
}

result<server_url> parse_server_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (text.substr(0, 8) == "https://")
    return not_a_url("https is not spoken here");
  if (text.substr(0, scheme.size()) != scheme)
    return not_a_url("it does not begin with http://");
  text.remove_prefix(scheme.size());
  const auto slash = std::min(text.find('/'), text.size());
  auto path = text.substr(slash);
  auto authority = text.substr(0, slash);

  server_url url;
  HADAL_TRY_ASSIGN(host, take_host(authority));
  url.host = host;
  if (!authority.empty()) {
    const auto* end = authority.data() + authority.size();
    const auto [stop, code] = std::from_chars(authority.data() + 1, end, url.port);
    if (authority.front() != ':' || code != std::errc{} || stop != end || url.port == 0)
      return not_a_url("its port is no number from 1 to 65535");
  }
  if (!std::all_of(path.begin(), path.end(), is_path_character))
    return not_a_url("its path has a query or a character that must be escaped");
  while (!path.empty() && path.back() == '/')
    path.remove_suffix(1);
  if (path.size() >= 3 && path.substr(path.size() - 3) == "/v1")
    path.remove_suffix(3);
  url.base = path;
  return url;
}

} // namespace hadal::net::client
