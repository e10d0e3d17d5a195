#include "actors/gateway/service_pages.hpp"

#include "actors/gateway/parsed_texts.hpp"
#include "base/limits.hpp"
#include "net/admin/health.hpp"
#include "net/native/model_info.hpp"
#include "net/openai/error_response.hpp"
#include "net/openai/small_answers.hpp"
#include "net/openapi/document.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>
#include <vector>

namespace hadal::actors {

using namespace protocol;

namespace {

net::health_state health_of(service_phase phase) {
  switch (phase) {
  case service_phase::starting: return net::health_state::starting;
  case service_phase::ready: return net::health_state::ok;
  case service_phase::rebuilding: return net::health_state::failed;
  case service_phase::draining: return net::health_state::draining;
  }
  return net::health_state::failed;
}

/// Tokens of the context; the same for all engines. 0 until the model is loaded.
std::int32_t context_length_of(const service_status& status) {
  return status.parts ? status.parts->engines.front().executor.context_length : 0;
}

/// What all engines hold together; a step is one engine's.
net::http_response server_info(const server_config& config, const service_status& status) {
  net::server_size size;
  size.context_length = context_length_of(status);
  if (status.parts)
    for (const auto& [scheduler, executor] : status.parts->engines) {
      size.max_total_tokens += std::int64_t{executor.page_count} * limits::page_size_tokens;
      size.max_running_requests += executor.slot_count;
      size.max_step_tokens = executor.max_step_tokens;
    }
  return net::server_info_response(config.settings_json, size,
                                   net::to_string(health_of(status.phase)), config.version);
}

net::http_response metrics_text(runtime::environment& env) {
  env.publish_mailbox_depths();
  net::http_response response;
  response.content_type = net::metrics::content_type();
  response.body = env.metrics().text();
  return response;
}

net::served_model served_model_of(const std::string& name, const server_config& config,
                                  const service_status& status) {
  return {name, config.model_path, config.started_s, context_length_of(status)};
}

net::http_response models(const server_config& config, const service_status& status) {
  std::vector<net::served_model> served;
  for (const auto& name : config.served_names)
    served.push_back(served_model_of(name, config, status));
  return net::models_response(served);
}

net::http_response model(const std::string& id, const server_config& config,
                         const service_status& status) {
  const auto& names = config.served_names;
  if (std::find(names.begin(), names.end(), id) == names.end())
    return net::error_response({error_code::model_not_found,
                                fmt::format("the model '{}' is not served here", id), "model"});
  return net::model_response(served_model_of(id, config, status));
}

} // namespace

net::http_response page_of(net::route route, const std::string& model_id,
                           const server_config& config, const service_status& status,
                           runtime::environment& env) {
  switch (route) {
  case net::route::health_live: return net::health_response(net::health_state::ok);
  case net::route::health:
  case net::route::health_ready: return net::health_response(health_of(status.phase));
  case net::route::version: return net::version_response(config.version);
  case net::route::model_info:
    return net::model_info_response({config.model_path, config.tokenizer_path});
  case net::route::server_info: return server_info(config, status);
  case net::route::openapi: {
    net::http_response response;
    response.body = net::openapi_document({config.version, !config.keys.empty()});
    return response;
  }
  case net::route::metrics: return metrics_text(env);
  case net::route::models: return models(config, status);
  default: return model(model_id, config, status);
  }
}

net::http_response parsed_text_of(net::route route, std::string_view body,
                                  const service_status& status) {
  const auto facts = status.parts ? status.parts->facts : model_facts{};
  const auto parsed = [&]() -> result<net::http_response> {
    if (route == net::route::separate_reasoning) {
      HADAL_TRY_ASSIGN(request, net::decode_separate_reasoning(body));
      return separate_reasoning(request, facts.reasoning_parser);
    }
    HADAL_TRY_ASSIGN(request, net::decode_parse_function_call(body));
    return parse_function_call(request, facts.tool_call_parser);
  }();
  return parsed ? *parsed : net::error_response(parsed.error());
}

} // namespace hadal::actors
