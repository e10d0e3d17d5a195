#include "actors/gateway/request_checks.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace hadal::actors {

result<void> check_model_name(const server_config& config, const std::string& model) {
  const auto& names = config.served_names;
  if (config.allow_any_model_name || model.empty() || model == "default" ||
      std::find(names.begin(), names.end(), model) != names.end())
    return {};
  return fail(error_code::model_not_found,
              fmt::format("the model '{}' is not served here; '{}' is", model, names.front()),
              "model");
}

result<void> check_processor(const server_config& config, const net::generation_fields& fields) {
  if (!fields.processor)
    return {};
  if (!config.enable_custom_logit_processor)
    return fail(error_code::invalid_request,
                "the server takes no `custom_logit_processor`: it runs without "
                "--enable-custom-logit-processor",
                "custom_logit_processor");
  if (*fields.processor == net::logit_processor::unknown)
    return fail(error_code::invalid_request,
                "this `custom_logit_processor` is not supported: only the one that "
                "DeepSeekR1ThinkingBudgetLogitProcessor().to_str() gives is known, and code is "
                "never run",
                "custom_logit_processor");
  return {};
}

std::optional<error> refusal_of(const server_config& config, protocol::service_phase phase,
                                std::size_t open) {
  using protocol::service_phase;
  switch (phase) {
  case service_phase::starting:
    return error{error_code::starting, "the model is still loading", {}};
  case service_phase::draining: return error{error_code::draining, "the server is going down", {}};
  case service_phase::rebuilding:
    return error{error_code::model_failed, "the model failed and is being started again", {}};
  case service_phase::ready: break;
  }
  if (open >= config.streams_max)
    return error{error_code::queue_full,
                 fmt::format("{} requests are open and that is the limit", open),
                 {}};
  return std::nullopt;
}

} // namespace hadal::actors
