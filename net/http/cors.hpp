#pragma once
// Whose web pages may read the answers of this server: the CORS protocol of the Fetch standard.
// A policy without origins says nothing at all, and browsers then keep answers from every page that
// does not come from the server itself.
//
// The connections add `header_lines` to every answer, refusals and streams included; the gateway
// answers preflights. Cookies and the like (credentials) are never allowed: a page that has a key
// sets Authorization itself. Plain data, made once; every function may be called from any thread.

#include "base/result.hpp"
#include "net/http/handler.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

/// An origin as browsers write it, from what an operator wrote: `https://example.org`,
/// `http://localhost:5173`, `null` (pages without an origin of their own), or `*` for all.
/// Errors: invalid_config (the message says what is allowed).
result<std::string> parse_cors_origin(std::string_view text);

/// The value of the Origin field in the text of a head, however broken it is otherwise; empty where
/// there is none.
std::string_view origin_in(std::string_view head) noexcept;

class cors_policy {
public:
  /// Nobody's pages.
  cors_policy() = default;
  /// `origins` as parse_cors_origin gives them.
  explicit cors_policy(const std::vector<std::string>& origins);

  bool enabled() const noexcept { return any_ || !allowed_.empty(); }

  /// Header fields of an answer, each with its line end. `origin` is the request's, empty where it
  /// has none, nullopt where nobody knows: the request was not read.
  std::string_view header_lines(std::optional<std::string_view> origin) const noexcept;

  /// The answer to OPTIONS; `allow` are the methods of the path, empty for an unknown one. Whatever
  /// a preflight asks for is allowed, so that the page gets to see the answer to its request.
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
