#include "net/admin/health.hpp"

#include "net/openai/error_response.hpp"
#include "net/openai/json_text.hpp"

#include <fmt/format.h>

namespace hadal::net {

namespace {

error refusal(health_state state, std::string_view detail) {
  const auto make = [&](error_code code, std::string_view sentence) {
    return error{
        code, detail.empty() ? std::string(sentence) : fmt::format("{} {}", sentence, detail), {}};
  };
  switch (state) {
  case health_state::ok:
  case health_state::starting: return make(error_code::starting, "The server is starting.");
  case health_state::draining:
    return make(error_code::draining,
                "The server is finishing its requests and takes no new ones.");
  case health_state::failed: return make(error_code::model_failed, "The model has failed.");
  case health_state::stalled: return make(error_code::model_failed, "The model makes no progress.");
  }
  return make(error_code::internal, "The server's state is unknown.");
}

} // namespace

std::string_view to_string(health_state state) noexcept {
  switch (state) {
  case health_state::ok: return "ok";
  case health_state::starting: return "starting";
  case health_state::draining: return "draining";
  case health_state::failed: return "failed";
  case health_state::stalled: return "stalled";
  }
  return "failed";
}

http_response health_response(health_state state, std::string_view detail,
                              std::uint32_t retry_after_s) {
  http_response response;
  std::string body = R"({"status":)";
  append_json_string(body, to_string(state));
  if (state != health_state::ok) {
    const error why = refusal(state, detail);
    response = error_response(why, retry_after_s);
    body += R"(,"error":)";
    append_error_object(body, why);
  }
  body += '}';
  response.body = std::move(body);
  return response;
}

} // namespace hadal::net
