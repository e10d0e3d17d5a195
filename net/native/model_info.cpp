#include "net/native/model_info.hpp"

#include "net/openai/json_text.hpp"

namespace hadal::net {

http_response model_info_response(const model_info& model) {
  http_response response;
  response.body = R"({"model_path":)";
  append_json_string(response.body, model.model_path);
  response.body += R"(,"tokenizer_path":)";
  append_json_string(response.body, model.tokenizer_path);
  response.body +=
      R"(,"is_generation":true,"preferred_sampling_params":null,"weight_version":"default"})";
  return response;
}

http_response server_info_response(std::string_view settings_json, const server_size& size,
                                   std::string_view status, std::string_view version) {
  http_response response;
  std::string& out = response.body;
  const auto integer = [&](std::string_view name, std::int64_t value) {
    out += ",\"";
    out += name;
    out += "\":";
    append_json_integer(out, value);
  };
  out += '{';
  out += settings_json;
  out += settings_json.empty() ? "" : ",";
  out += R"("status":)";
  append_json_string(out, status);
  integer("max_total_num_tokens", size.max_total_tokens);
  integer("max_req_input_len", size.context_length > 0 ? size.context_length - 1 : 0);
  out += R"(,"internal_states":[{"status":)";
  append_json_string(out, status);
  integer("context_length", size.context_length);
  integer("max_total_num_tokens", size.max_total_tokens);
  integer("max_running_requests", size.max_running_requests);
  integer("max_step_tokens", size.max_step_tokens);
  out += R"(}],"version":)";
  append_json_string(out, version);
  out += '}';
  return response;
}

} // namespace hadal::net
