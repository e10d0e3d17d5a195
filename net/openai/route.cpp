#include "net/openai/route.hpp"

#include "net/openai/error_response.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace hadal::net {

namespace {

enum class method_set : std::uint8_t { read, post };

struct route_row {
  std::string_view path;
  route found;
  method_set methods;
};

using enum route;
constexpr std::array table = {
    route_row{"/v1/chat/completions", chat_completions, method_set::post},
    route_row{"/chat/completions", chat_completions, method_set::post},
    route_row{"/v1/completions", completions, method_set::post},
    route_row{"/completions", completions, method_set::post},
    route_row{"/v1/models", models, method_set::read},
    route_row{"/models", models, method_set::read},
    route_row{"/generate", generate, method_set::post},
    route_row{"/separate_reasoning", separate_reasoning, method_set::post},
    route_row{"/parse_function_call", parse_function_call, method_set::post},
    route_row{"/get_model_info", model_info, method_set::read},
    route_row{"/model_info", model_info, method_set::read},
    route_row{"/get_server_info", server_info, method_set::read},
    route_row{"/server_info", server_info, method_set::read},
    route_row{"/tokenize", route::tokenize, method_set::post},
    route_row{"/v1/tokenize", route::tokenize, method_set::post},
    route_row{"/detokenize", detokenize, method_set::post},
    route_row{"/v1/detokenize", detokenize, method_set::post},
    route_row{"/health", health, method_set::read},
    route_row{"/health/live", health_live, method_set::read},
    route_row{"/health/ready", health_ready, method_set::read},
    route_row{"/health_generate", health_ready, method_set::read},
    route_row{"/ping", health_ready, method_set::read},
    route_row{"/version", version, method_set::read},
    route_row{"/metrics", route::metrics, method_set::read},
    route_row{"/openapi.json", openapi, method_set::read},
};
constexpr std::array model_prefixes = {std::string_view("/v1/models/"),
                                       std::string_view("/models/")};

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// nullopt when a percent sign is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

void allow(route_match& match, method_set methods, std::string_view method) {
  const bool reads = methods == method_set::read;
  match.allow = reads ? "GET, HEAD" : "POST";
  match.method_allowed = reads ? method == "GET" || method == "HEAD" : method == "POST";
}

} // namespace

std::string_view pattern(route r) noexcept {
  if (r == route::model)
    return "/v1/models/{id}";
  for (const route_row& row : table)
    if (row.found == r)
      return row.path;
  return "/";
}

std::vector<std::string_view> route_patterns() {
  std::vector<std::string_view> patterns;
  for (int r = 0; r <= static_cast<int>(openapi); ++r)
    patterns.push_back(pattern(static_cast<route>(r)));
  return patterns;
}

bool is_public(route r) noexcept {
  return r == health || r == health_live || r == health_ready;
}

route_match match_route(std::string_view method, std::string_view path) {
  route_match match;
  for (const route_row& row : table)
    if (row.path == path) {
      match.found = row.found;
      allow(match, row.methods, method);
      return match;
    }
  for (const std::string_view prefix : model_prefixes) {
    if (!path.starts_with(prefix) || path.size() == prefix.size())
      continue;
    if (auto id = percent_decoded(path.substr(prefix.size()))) {
      match.found = route::model;
      match.model_id = *std::move(id);
      allow(match, method_set::read, method);
    }
  }
  return match;
}

http_response refuse_route(const route_match& match, const http_request& request) {
  if (!match.found)
    return error_response(
        {error_code::not_found, fmt::format("There is nothing at {}.", request.path()), {}});
  http_response response = error_response({error_code::method_not_allowed,
                                           fmt::format("{} does not take {}; it takes {}.",
                                                       request.path(), request.method, match.allow),
                                           {}});
  response.headers.push_back({"Allow", std::string(match.allow)});
  return response;
}

} // namespace hadal::net
