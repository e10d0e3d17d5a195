#include "net/http/cors.hpp"

#include "base/http_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hadal::net {

namespace {

// Header fields that a page may read beside those that are always allowed.
constexpr std::string_view expose_line =
    "Access-Control-Expose-Headers: X-Request-Id, Retry-After, X-Hadal-Truncated\r\n";
constexpr std::string_view vary_line = "Vary: Origin\r\n";

// The answer to a preflight that names no headers.
constexpr std::string_view usual_headers = "Authorization, Content-Type";

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view others) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

tl::unexpected<error> no_origin(std::string_view why) {
  return fail(error_code::invalid_config,
              fmt::format("must be *, null or an origin such as https://example.org or "
                          "http://localhost:5173: {}",
                          why));
}

bool is_port(std::string_view text) noexcept {
  constexpr std::size_t digits_max = 5;
  return !text.empty() && text.size() <= digits_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Browsers omit the default port of the scheme.
bool is_default_port(std::string_view scheme, std::string_view port) noexcept {
  return (scheme == "http" && port == "80") || (scheme == "https" && port == "443");
}

} // namespace

result<std::string> parse_cors_origin(std::string_view text) {
  if (text == "*" || text == "null")
    return std::string(text);
  std::string origin(text);
  std::transform(origin.begin(), origin.end(), origin.begin(), lower);
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string::npos || !consists_of(origin.substr(0, scheme_end), "+-."))
    return no_origin("it has no scheme");
  const std::string_view scheme = std::string_view(origin).substr(0, scheme_end);
  const std::string_view authority = std::string_view(origin).substr(scheme_end + 3);
  if (authority.find('/') != std::string_view::npos)
    return no_origin("it has a slash or path behind the host");
  const bool bracketed = authority.starts_with('[');
  const auto host_end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && host_end == std::string_view::npos)
    return no_origin("the bracket of its address is not closed");
  const auto host = bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  if (!consists_of(host, bracketed ? ":." : "-._"))
    return no_origin("its host is malformed (patterns are not taken)");
  std::string_view rest;
  if (host_end != std::string_view::npos)
    rest = authority.substr(host_end + (bracketed ? 1 : 0));
  if (rest.empty())
    return origin;
  if (!rest.starts_with(':') || !is_port(rest.substr(1)))
    return no_origin("its port is no number");
  if (is_default_port(scheme, rest.substr(1)))
    origin.resize(origin.size() - rest.size());
  return origin;
}

std::string_view origin_in(std::string_view head) noexcept {
  constexpr std::string_view name = "origin:";
  for (std::size_t at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at)) {
    ++at;
    const std::string_view line = head.substr(at, head.find_first_of("\r\n", at) - at);
    if (line.size() < name.size() || !std::equal(name.begin(), name.end(), line.begin(),
                                                 [](char a, char b) { return a == lower(b); }))
      continue;
    const auto first = line.find_first_not_of(" \t", name.size());
    if (first == std::string_view::npos)
      return {};
    return line.substr(first, line.find_last_not_of(" \t") - first + 1);
  }
  return {};
}

cors_policy::cors_policy(const std::vector<std::string>& origins) {
  for (const std::string& origin : origins) {
    any_ |= origin == "*";
    allowed_.push_back({origin, fmt::format("Access-Control-Allow-Origin: {}\r\n{}{}", origin,
                                            vary_line, expose_line)});
  }
  any_lines_ = fmt::format("Access-Control-Allow-Origin: *\r\n{}", expose_line);
}

const cors_policy::allowed_origin* cors_policy::find(std::string_view origin) const noexcept {
  const auto found = std::find_if(allowed_.begin(), allowed_.end(),
                                  [&](const auto& allowed) { return allowed.origin == origin; });
  return found == allowed_.end() ? nullptr : &*found;
}

std::string_view cors_policy::header_lines(std::optional<std::string_view> origin) const noexcept {
  if (any_)
    return any_lines_;
  if (allowed_.empty())
    return {};
  // If the request was not read and there is only one origin, that one is named: the browser
  // compares it.
  if (!origin && allowed_.size() == 1)
    return allowed_.front().lines;
  const auto* allowed = find(origin.value_or(std::string_view()));
  return allowed ? std::string_view(allowed->lines) : vary_line;
}

http_response cors_policy::preflight(const http_request& request, std::string_view allow) const {
  http_response response;
  response.status = 204;
  response.content_type.clear();
  if (!allow.empty())
    response.headers.push_back({"Allow", fmt::format("{}, OPTIONS", allow)});
  const std::string_view method = request.header("access-control-request-method");
  const bool named = find(request.header("origin")) != nullptr;
  if (method.empty() || !(any_ || named))
    return response;
  const std::string_view asked = request.header("access-control-request-headers");
  response.headers.push_back({"Access-Control-Allow-Methods", std::string(method)});
  response.headers.push_back(
      {"Access-Control-Allow-Headers", std::string(asked.empty() ? usual_headers : asked)});
  response.headers.push_back({"Access-Control-Max-Age", std::to_string(limits::cors_max_age_s)});
  // A page of the public internet may reach a private network only if the operator names its
  // origin.
  if (named && request.header("access-control-request-private-network") == "true")
    response.headers.push_back({"Access-Control-Allow-Private-Network", "true"});
  return response;
}

} // namespace hadal::net
