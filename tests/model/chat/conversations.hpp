#pragma once
// Short ways to write conversations, for the tests of this folder.

#include "model/chat/chat_encoder.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hadal::test {

inline const std::string bos = "<｜begin▁of▁sentence｜>";
inline const std::string eos = "<｜end▁of▁sentence｜>";

inline model::chat_message message(std::string role, std::string content) {
  model::chat_message m;
  m.role = std::move(role);
  m.content = std::move(content);
  return m;
}

inline model::chat_message system_says(std::string s) {
  return message("system", std::move(s));
}
inline model::chat_message user_says(std::string s) {
  return message("user", std::move(s));
}
inline model::chat_message assistant_says(std::string s) {
  return message("assistant", std::move(s));
}
inline model::chat_message tool_says(std::string s) {
  return message("tool", std::move(s));
}

inline model::chat_message answers(std::string call_id, std::string s) {
  model::chat_message m = tool_says(std::move(s));
  m.tool_call_id = std::move(call_id);
  return m;
}

/// An assistant message that makes calls, given as (name, arguments); their ids are "call_NAME".
inline model::chat_message
assistant_calls(std::string content,
                const std::vector<std::pair<std::string, std::string>>& calls) {
  model::chat_message m = assistant_says(std::move(content));
  for (const auto& [name, arguments] : calls)
    m.tool_calls.push_back({"call_" + name, name, arguments, false});
  return m;
}

inline model::chat_message reasoned(model::chat_message m, std::string reasoning) {
  m.reasoning_content = std::move(reasoning);
  return m;
}

inline model::chat_conversation talk(std::vector<model::chat_message> messages) {
  model::chat_conversation c;
  c.messages = std::move(messages);
  return c;
}

inline model::chat_conversation thinking(model::chat_conversation c, bool on = true) {
  c.thinking = on;
  return c;
}

inline model::chat_conversation continued(model::chat_conversation c) {
  c.continue_final_message = true;
  return c;
}

inline model::chat_conversation with_tools(model::chat_conversation c,
                                           std::vector<std::string> tools) {
  c.tools = std::move(tools);
  return c;
}

/// The prompt's text; the encoding must accept the conversation.
inline std::string prompt(model::chat_encoding encoding, const model::chat_conversation& c) {
  const auto text = model::chat_encoder(encoding, model::chat_boundary_tokens{}).encode(c);
  INFO((text ? std::string() : text.error().message));
  REQUIRE(text.has_value());
  return text->text();
}

} // namespace hadal::test
