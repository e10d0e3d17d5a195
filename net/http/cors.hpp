#pragma once
// Decides which web pages may read the answers of this server: the CORS protocol of the Fetch
// standard. A policy without origins adds no header, and browsers then block pages of other
// origins.
//
// The connections add `header_lines` to every answer, refusals and streams included; the gateway
// answers preflights. Credentials (cookies and the like) are never allowed: a page with a key sets
// Authorization itself. Plain data, made once; every function may be called from any thread.

#include "base/result.hpp"
#include "net/http/handler.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

/// Normalises an origin that an operator wrote to the form of browsers: `https://example.org`,
/// `http://localhost:5173`, `null` (pages without an origin of their own), or `*` for all. Errors:
/// invalid_config (the message says what is allowed).
result<std::string> parse_cors_origin(std::string_view text);

/// The value of the Origin field in the text of a head, which may be malformed; empty if there is
/// none.
std::string_view origin_in(std::string_view head) noexcept;

class cors_policy {
public:
  /// Allows no page.
  cors_policy() = default;
  /// `origins` in the form of parse_cors_origin.
  explicit cors_policy(const std::vector<std::string>& origins);

  bool enabled() const noexcept { return any_ || !allowed_.empty(); }

  /// Header fields of an answer, each with its line end. `origin` is that of the request, empty if
  /// it has none, nullopt if the request was not read.
  std::string_view header_lines(std::optional<std::string_view> origin) const noexcept;

  /// The answer to OPTIONS; `allow` are the methods of the path, empty for an unknown one. All that
  /// a preflight asks for is allowed, so that the page can see the answer to its request.
  http_response preflight(const http_request& request, std::string_view allow) const;

private:
  struct allowed_origin {
    std::string origin;
    std::string lines;
  };

  const allowed_origin* find(std::string_view origin) const noexcept;

  bool any_ = false;
  std::string any_lines_;
  std::vector<allowed_origin> allowed_;
};

} // namespace hadal::net
