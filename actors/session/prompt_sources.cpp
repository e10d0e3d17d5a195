#include "actors/session/prompt_sources.hpp"

namespace hadal::actors {

using namespace protocol;

namespace {

std::optional<bool> thinking_of(const net::conversation& chat, bool has_tools,
                                prompt_defaults defaults) {
  if (chat.thinking)
    return chat.thinking;
  if (chat.reasoning_effort)
    return *chat.reasoning_effort != "none" && *chat.reasoning_effort != "minimal";
  if (defaults.thinks)
    return !has_tools;
  return std::nullopt;
}

/// Everything but the tools.
model::chat_conversation conversation_of(const net::conversation& chat) {
  model::chat_conversation c;
  for (const auto& m : chat.messages) {
    auto& message = c.messages.emplace_back();
    // `function` is the older name of `tool`; templates know only `tool`.
    message.role = m.role == net::chat_role::function ? "tool" : std::string(to_string(m.role));
    message.content = m.content;
    message.content_null = m.content_null;
    message.reasoning_content = m.reasoning_content.value_or("");
    message.name = m.name;
    for (const auto& call : m.tool_calls)
      message.tool_calls.push_back({call.id, call.name, call.arguments, call.arguments_is_object});
    message.tool_call_id = m.tool_call_id;
    message.prefix = m.prefix;
  }
  c.template_arguments = chat.chat_template_kwargs_json;
  c.add_generation_prompt = chat.add_generation_prompt;
  c.continue_final_message = chat.continue_final_message;
  return c;
}

prompt_source source_of(const net::completion_prompt& prompt) {
  if (auto* text = std::get_if<std::string>(&prompt))
    return raw_prompt{*text, true};
  return id_prompt{std::get<std::vector<token_id>>(prompt)};
}

} // namespace

prompt_defaults defaults_of(const model_facts& facts) {
  return {facts.reasoning_parser == model::reasoning_parser::deepseek_r1};
}

prompt_source prompt_source_of(const net::conversation& chat, prompt_defaults defaults) {
  auto c = conversation_of(chat);
  for (const auto& tool : chat.tools)
    c.tools.push_back(tool.tool_json);
  c.thinking = thinking_of(chat, !c.tools.empty(), defaults);
  return c;
}

prompt_source prompt_source_of(const net::chat_request& request, prompt_defaults defaults) {
  auto c = conversation_of(request.chat);
  for (const auto& tool : request.chat.tools)
    if (request.choice != net::tool_choice::none &&
        (request.choice != net::tool_choice::named || tool.name == request.named_tool))
      c.tools.push_back(tool.tool_json);
  c.thinking = thinking_of(request.chat, !c.tools.empty(), defaults);
  return c;
}

std::vector<prompt_source> prompt_sources_of(const net::completion_request& request) {
  std::vector<prompt_source> sources;
  for (const auto& prompt : request.prompts)
    if (request.suffix)
      sources.emplace_back(gap_prompt{std::get<std::string>(prompt), *request.suffix});
    else
      sources.push_back(source_of(prompt));
  return sources;
}

std::vector<prompt_source> prompt_sources_of(const net::generate_request& request) {
  std::vector<prompt_source> sources;
  for (const auto& prompt : request.prompts)
    sources.push_back(source_of(prompt.prompt));
  return sources;
}

std::vector<prompt_source> prompt_sources_of(const net::tokenize_request& request,
                                             prompt_defaults defaults) {
  std::vector<prompt_source> sources;
  if (request.chat)
    sources.push_back(prompt_source_of(*request.chat, defaults));
  for (const auto& prompt : request.prompts)
    sources.emplace_back(raw_prompt{prompt, request.add_special_tokens});
  return sources;
}

} // namespace hadal::actors
