#include "net/openai/request_id.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace hadal::net {

void add_request_id(std::vector<header_field>& headers, const http_request& request,
                    std::string_view own) {
  const std::string_view given = request.header("X-Request-Id");
  const bool usable =
      !given.empty() && given.size() <= limits::request_id_bytes_max &&
      std::all_of(given.begin(), given.end(), [](char c) { return c > ' ' && c <= '~'; });
  const std::string_view id = usable ? given : own;
  if (!id.empty())
    headers.push_back({"X-Request-Id", std::string(id)});
}

} // namespace hadal::net
