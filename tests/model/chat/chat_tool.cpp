// Renders conversations for a script that compares with another implementation. Reads JSON lines
// {"encoding": name, "messages": [...], "tools": [...], "thinking": bool, "add_generation_prompt":
// bool, "continue_final_message": bool}, messages and tools as in the OpenAI API
// (a tool may also be its JSON text, in a string), and answers {"text": prompt, "plain": [client's
// parts]} or {"error": message, "param": field}.

#include "model/chat/chat_encoder.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

namespace {

using json = nlohmann::ordered_json;
using namespace hadal::model;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? std::string() : found->get<std::string>();
}

chat_message message_of(const json& given) {
  chat_message m;
  m.role = text_of(given, "role");
  m.content = text_of(given, "content");
  m.reasoning_content = text_of(given, "reasoning_content");
  m.prefix = given.value("prefix", false);
  if (given.contains("tool_calls"))
    for (const json& call : given["tool_calls"]) {
      const json& function = call["function"];
      const bool object = function["arguments"].is_object();
      m.tool_calls.push_back(
          {text_of(call, "id"), text_of(function, "name"),
           object ? function["arguments"].dump() : text_of(function, "arguments"), object});
    }
  return m;
}

json answer(const json& line) {
  chat_conversation c;
  for (const json& m : line["messages"])
    c.messages.push_back(message_of(m));
  if (line.contains("tools"))
    for (const json& t : line["tools"])
      c.tools.push_back(t.is_string() ? t.get<std::string>() : t.dump());
  if (line.contains("thinking"))
    c.thinking = line["thinking"].get<bool>();
  c.add_generation_prompt = line.value("add_generation_prompt", true);
  c.continue_final_message = line.value("continue_final_message", false);
  const auto encoding = chat_encoding_of(line["encoding"].get<std::string>());
  if (!encoding)
    return {{"error", "no such encoding"}};
  const auto prompt = chat_encoder(*encoding, chat_boundary_tokens{}).encode(c);
  if (!prompt)
    return {{"error", prompt.error().message}, {"param", prompt.error().param}};
  json plain = json::array();
  std::size_t done = 0;
  for (const auto& range : prompt->control_ranges()) {
    if (range.begin > done)
      plain.push_back(prompt->text().substr(done, range.begin - done));
    done = range.end;
  }
  if (done < prompt->text().size())
    plain.push_back(prompt->text().substr(done));
  return {{"text", prompt->text()}, {"plain", plain}};
}

} // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(json::parse(line)).dump() << '\n';
}
