#include "net/http/handler.hpp"

#include <algorithm>

namespace hadal::net {

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

std::string_view http_request::header(std::string_view name) const noexcept {
  for (const header_field& field : headers)
    if (same_name(field.name, name))
      return field.value;
  return {};
}

std::string_view http_request::path() const noexcept {
  std::string_view path = target;
  // The absolute form of proxies: the path begins after the authority.
  for (const std::string_view scheme : {"http://", "https://"})
    if (path.size() >= scheme.size() && same_name(path.substr(0, scheme.size()), scheme)) {
      const auto slash = path.find('/', scheme.size());
      path = slash == std::string_view::npos ? "/" : path.substr(slash);
      break;
    }
  return path.substr(0, path.find('?'));
}

} // namespace hadal::net
