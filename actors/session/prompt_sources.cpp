#include "actors/session/prompt_sources.hpp"

namespace hadal::actors {

using namespace protocol;

std::vector<prompt_source> prompt_sources_of(const net::completion_request& request) {
  std::vector<prompt_source> sources;
  for (const auto& prompt : request.prompts)
    if (auto* text = std::get_if<std::string>(&prompt))
      sources.emplace_back(raw_prompt{*text, true});
    else
      sources.emplace_back(id_prompt{std::get<std::vector<token_id>>(prompt)});
  return sources;
}

std::vector<prompt_source> prompt_sources_of(const net::tokenize_request& request) {
  std::vector<prompt_source> sources;
  if (request.chat)
    sources.push_back(prompt_source_of(*request.chat));
  for (const auto& prompt : request.prompts)
    sources.emplace_back(raw_prompt{prompt, request.add_special_tokens});
  return sources;
}

} // namespace hadal::actors
