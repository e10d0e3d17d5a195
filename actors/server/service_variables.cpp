#include "actors/server/service_variables.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <iterator>

namespace hadal::server {

namespace {

constexpr std::string_view port_suffix = "_PORT";

bool is_digits(std::string_view text) noexcept {
  constexpr std::size_t port_digits_max = 5;
  return !text.empty() && text.size() <= port_digits_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host(std::string_view text) noexcept {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (bracketed)
    text = text.substr(1, text.size() - 2);
  const std::string_view others = bracketed ? ".:%" : ".-_";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           others.find(c) != std::string_view::npos;
  });
}

/// Removes `part` from the front of `text`.
bool take(std::string_view& text, std::string_view part) noexcept {
  if (!text.starts_with(part))
    return false;
  text.remove_prefix(part.size());
  return true;
}

/// The part after a service's name: _PORT, _SERVICE_HOST, _SERVICE_PORT_HTTP,
/// _PORT_80_TCP_ADDR.
bool is_service_suffix(std::string_view text) noexcept {
  if (text == port_suffix || text == "_SERVICE_HOST" || text == "_SERVICE_PORT" ||
      text.starts_with("_SERVICE_PORT_"))
    return true;
  if (!take(text, "_PORT_"))
    return false;
  const auto digits = text.substr(0, text.find('_'));
  text.remove_prefix(digits.size());
  return is_digits(digits) && (take(text, "_TCP") || take(text, "_UDP") || take(text, "_SCTP")) &&
         (text.empty() || text == "_PROTO" || text == "_PORT" || text == "_ADDR");
}

std::string service_of(std::string_view prefix) {
  std::string name(prefix);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(c));
  });
  return name;
}

/// The flag whose twin is `variable`; empty if there is none.
std::string flag_of(const flag_table& known, std::string_view variable) {
  for (const auto& f : known) {
    if (variable_of(f.name) == variable)
      return f.name;
    for (const auto& alias : f.aliases)
      if (variable_of(alias) == variable)
        return alias;
  }
  return {};
}

} // namespace

bool is_service_address(std::string_view value) noexcept {
  if (!take(value, "tcp://") && !take(value, "udp://") && !take(value, "sctp://"))
    return false;
  const auto colon = value.rfind(':');
  return colon != std::string_view::npos && is_host(value.substr(0, colon)) &&
         is_digits(value.substr(colon + 1));
}

std::vector<service_variables> find_services(const std::vector<std::string>& set,
                                             const environment& variables) {
  std::vector<service_variables> services;
  for (const auto& name : set) {
    const char* value = variables(name);
    if (value == nullptr || !is_service_address(value))
      continue;
    const bool known = std::any_of(services.begin(), services.end(), [&](const auto& s) {
      return std::find(s.names.begin(), s.names.end(), name) != s.names.end();
    });
    if (known)
      continue;
    auto& service = services.emplace_back();
    if (!name.ends_with(port_suffix)) {
      service.names.push_back(name);
      continue;
    }
    const auto prefix = std::string_view(name).substr(0, name.size() - port_suffix.size());
    service.service = service_of(prefix);
    std::copy_if(set.begin(), set.end(), std::back_inserter(service.names),
                 [&](const std::string& other) {
                   return other.starts_with(prefix) &&
                          is_service_suffix(std::string_view(other).substr(prefix.size()));
                 });
  }
  return services;
}

std::vector<std::string> service_warnings(const std::vector<service_variables>& services,
                                          const flag_table& known) {
  std::vector<std::string> lines;
  for (const auto& service : services) {
    std::string unread;
    for (const auto& name : service.names)
      if (const auto flag = flag_of(known, name); !flag.empty())
        unread += fmt::format("{}{} is not read as {}", unread.empty() ? "" : ", ", name, flag);
    if (!unread.empty())
      lines.push_back(fmt::format(
          "{}: Kubernetes has set {} for a service{}; `enableServiceLinks: false` in the pod, or "
          "another name for the service, avoids that",
          unread, fmt::join(service.names, ", "),
          service.service.empty() ? "" : " called " + service.service));
  }
  return lines;
}

std::vector<std::string> without_services(std::vector<std::string> set,
                                          const std::vector<service_variables>& services) {
  for (const auto& service : services)
    std::erase_if(set, [&](const std::string& name) {
      return std::find(service.names.begin(), service.names.end(), name) != service.names.end();
    });
  return set;
}

} // namespace hadal::server
