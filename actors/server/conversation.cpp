#include "actors/server/conversation.hpp"

#include <nlohmann/json.hpp>

namespace hadal::server {

namespace {

template <class T>
void put(nlohmann::json& body, const char* key, const std::optional<T>& value) {
  if (value)
    body[key] = *value;
}

} // namespace

std::string conversation::request_body(std::string_view model, std::optional<bool> thinking,
                                       const chat_sampling& sampling) const {
  auto messages = nlohmann::json::array();
  if (!system_.empty())
    messages.push_back({{"role", "system"}, {"content", system_}});
  for (const auto& t : turns_)
    messages.push_back({{"role", t.role}, {"content", t.text}});

  nlohmann::json body{{"messages", std::move(messages)}, {"stream", true}};
  if (!model.empty())
    body["model"] = model;
  if (thinking)
    body["chat_template_kwargs"] = {{"thinking", *thinking}};
  put(body, "temperature", sampling.temperature);
  put(body, "top_p", sampling.top_p);
  put(body, "top_k", sampling.top_k);
  put(body, "min_p", sampling.min_p);
  put(body, "frequency_penalty", sampling.frequency_penalty);
  put(body, "presence_penalty", sampling.presence_penalty);
  put(body, "repetition_penalty", sampling.repetition_penalty);
  put(body, "seed", sampling.seed);
  put(body, "max_tokens", sampling.max_tokens);
  if (!sampling.stop.empty())
    body["stop"] = sampling.stop;
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace hadal::server
