#include "model/chat/encoder_choice.hpp"

namespace hadal::model {

namespace {

chat_message said(std::string role, std::string content) {
  chat_message m;
  m.role = std::move(role);
  m.content = std::move(content);
  return m;
}

chat_message called(std::optional<std::string> content, std::vector<std::string> names) {
  chat_message m = said("assistant", content.value_or(""));
  m.content_null = !content;
  for (std::string& name : names)
    m.tool_calls.push_back({"call_" + name, name, R"({"city": "Köln", "days": [1, 2]})", false});
  return m;
}

chat_message answered(std::string content, std::string reasoning) {
  chat_message m = said("assistant", std::move(content));
  m.reasoning_content = std::move(reasoning);
  return m;
}

using message_lists = std::vector<std::vector<chat_message>>;

message_lists plain_talks() {
  const chat_message system = said("system", "Be brief.\nBe kind.");
  const chat_message hello = said("user", " Hello, Wörld! 你好 🙂 ");
  const chat_message hi = said("assistant", "Hi <b>\"you\"</b> & {{ all }}\n");
  const chat_message more = said("user", "More?\n");
  return {{hello},
          {system, hello},
          {system, hello, hi, more},
          {hello, hi, more, hi, hello},
          {system, said("system", "And short."), hello},
          {hello, hi, system, more},
          {hello, answered("Four.", "2 + 2"), more},
          {hello, hi}};
}

message_lists talks_with_calls() {
  const chat_message ask = said("user", "Weather?");
  const chat_message sunny = said("tool", "{\"sky\": \"blue\"}");
  const chat_message rainy = said("tool", "rain\n");
  return {{ask, called(std::nullopt, {"f"}), sunny},
          {ask, called("Let me see.", {"f", "g"}), sunny, rainy},
          {ask, called("", {"f", "g", "h"}), sunny, rainy, sunny, said("assistant", "Fine.")},
          {said("system", "S"), ask, called(std::nullopt, {"f"}), sunny, called("More.", {"g"}),
           rainy, said("assistant", "Done."), said("user", "Thanks.")}};
}

message_lists talks_with_cut_reasoning() {
  const chat_message ask = said("user", "Why?");
  return {{ask, said("assistant", "<think>a</think>b"), ask},
          {ask, said("assistant", "a</think>b</think>\n\nc"), ask}};
}

chat_conversation talk(std::vector<chat_message> messages, std::optional<bool> thinking) {
  chat_conversation c;
  c.messages = std::move(messages);
  c.thinking = thinking;
  return c;
}

const char* const shown_tool =
    R"({"type": "function", "function": {"name": "f", "description": "Says é.", "parameters": )"
    R"({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}})";

} // namespace

std::vector<chat_conversation> choice_conversations(bool shows_tools, bool cuts_reasoning) {
  message_lists lists = plain_talks();
  const auto add = [&lists](message_lists more) {
    for (auto& list : more)
      lists.push_back(std::move(list));
  };
  add(talks_with_calls());
  if (cuts_reasoning)
    add(talks_with_cut_reasoning());
  std::vector<chat_conversation> out;
  for (const auto& list : lists)
    for (const std::optional<bool> thinking :
         {std::optional<bool>(), std::optional(true), std::optional(false)}) {
      out.push_back(talk(list, thinking));
      if (shows_tools) {
        out.push_back(talk(list, thinking));
        out.back().tools = {shown_tool, shown_tool};
      }
      if (list.back().role == "tool")
        continue;
      out.push_back(talk(list, thinking));
      if (list.back().role == "assistant")
        out.back().continue_final_message = true;
      else
        out.back().add_generation_prompt = false;
    }
  return out;
}

} // namespace hadal::model
