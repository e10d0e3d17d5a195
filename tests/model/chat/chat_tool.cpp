// Renders conversations for a script that compares with another implementation. Reads JSON lines
// {"encoding": name or "template": source, "messages": [...], "tools": [...], "thinking": bool,
// "add_generation_prompt": bool, "continue_final_message": bool, "kwargs": {...}}, messages and
// tools as in the OpenAI API (a tool may also be its JSON text, in a string), and answers {"text":
// prompt, "plain": [client's parts]} or {"error": message, "param": field}.

#include "model/chat/chat_encoder.hpp"
#include "model/chat/chat_template.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <map>
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
  m.content_null = !given.contains("content") || given["content"].is_null();
  m.name = text_of(given, "name");
  m.tool_call_id = text_of(given, "tool_call_id");
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

using compiled_template = hadal::result<std::shared_ptr<const chat_template>>;

// Lines often share their template.
compiled_template compile(const std::string& source) {
  static std::map<std::string, compiled_template> known;
  const auto found = known.find(source);
  if (found != known.end())
    return found->second;
  const template_tokens tokens{chat_boundary_tokens{}.bos, chat_boundary_tokens{}.eos, {}};
  // The clock stands still at the beginning of 1900.
  std::tm still{};
  still.tm_mday = 1;
  still.tm_wday = 1;
  auto made = chat_template::compile({{{"default", source}}, "template"}, tokens,
                                     [still] { return still; });
  compiled_template kept = hadal::fail(hadal::error_code::internal, "");
  if (made)
    kept = std::make_shared<const chat_template>(std::move(*made));
  else
    kept = hadal::fail(std::move(made.error()));
  return known.emplace(source, std::move(kept)).first->second;
}

hadal::result<chat_encoder> encoder_of(const json& line) {
  if (line.contains("template")) {
    auto compiled = compile(text_of(line, "template"));
    if (!compiled)
      return hadal::fail(std::move(compiled.error()));
    return chat_encoder(std::move(*compiled), chat_encoding::deepseek_v3);
  }
  const auto encoding = chat_encoding_of(text_of(line, "encoding"));
  if (!encoding)
    return hadal::fail(hadal::error_code::invalid_request, "no such encoding");
  return chat_encoder(*encoding, chat_boundary_tokens{});
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
  if (line.contains("kwargs"))
    c.template_arguments = line["kwargs"].dump();
  const auto encoder = encoder_of(line);
  if (!encoder)
    return {{"error", encoder.error().message}, {"param", encoder.error().param}};
  const auto prompt = encoder->encode(c);
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
