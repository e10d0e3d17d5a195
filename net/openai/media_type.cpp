#include "net/openai/media_type.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hadal::net {

namespace {

/// The value without parameters and outer blanks, in lower case.
std::string essence(std::string_view value) {
  value = value.substr(0, value.find(';'));
  const auto first = value.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  std::string out(value.substr(first, value.find_last_not_of(" \t") - first + 1));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

} // namespace

result<void> check_media_type(const http_request& request) {
  const std::string coding = essence(request.header("Content-Encoding"));
  if (!coding.empty() && coding != "identity")
    return fail(error_code::unsupported_media_type, "Compressed bodies are not taken.");
  const std::string type = essence(request.header("Content-Type"));
  const bool json =
      type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
  if (type.empty() || json || type == "application/x-www-form-urlencoded")
    return {};
  return fail(error_code::unsupported_media_type,
              fmt::format("The body's Content-Type must be application/json; found {}.",
                          type.substr(0, 64)));
}

} // namespace hadal::net
