#include "actors/server/settings_json.hpp"

#include <nlohmann/json.hpp>

namespace hadal::server {

namespace {

template <class T>
nlohmann::json value_or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

} // namespace

std::string settings_json(const serve_options& options, const model_choice& choice) {
  nlohmann::ordered_json all;
  all["model_path"] = choice.location;
  all["tokenizer_path"] = options.tokenizer_path.empty() ? choice.location : options.tokenizer_path;
  all["served_model_name"] = choice.served_names.front();
  all["revision"] = options.revision;
  all["host"] = options.host;
  all["port"] = options.port;
  all["device"] = options.device == device_kind::null     ? "null"
                  : options.device == device_kind::queued ? "queued"
                                                          : "cpu";
  all["skip_tokenizer_init"] = options.skip_tokenizer_init;
  all["trust_remote_code"] = options.trust_remote_code;
  all["context_length"] = value_or_null(options.context_length);
  all["max_running_requests"] = options.max_running_requests;
  all["max_queued_requests"] = value_or_null(options.max_queued_requests);
  all["max_total_tokens"] = value_or_null(options.max_total_tokens);
  all["chunked_prefill_size"] = options.chunked_prefill_size;
  all["enable_deterministic_inference"] = options.enable_deterministic_inference;
  all["sampling_defaults"] =
      options.sampling_defaults == sampling_defaults::openai ? "openai" : "model";
  all["random_seed"] = value_or_null(options.random_seed);
  all["allow_auto_truncate"] = options.allow_auto_truncate;
  all["stream_response_default_include_usage"] = options.stream_response_default_include_usage;
  auto text = all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return text.substr(1, text.size() - 2);
}

} // namespace hadal::server
