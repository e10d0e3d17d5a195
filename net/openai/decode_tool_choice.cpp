#include "net/openai/decode_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hadal::net {

namespace {

bool is_tool(const conversation& chat, std::string_view name) {
  return std::any_of(chat.tools.begin(), chat.tools.end(),
                     [&](const tool_definition& tool) { return tool.name == name; });
}

void read_word(decode_failure& failure, std::string_view word, json_element element,
               chat_request& out) {
  if (word == "none")
    out.choice = tool_choice::none;
  else if (word == "required" && out.chat.tools.empty())
    failure.set("tool_choice", "`tool_choice` \"required\" needs `tools`.");
  else if (word == "required")
    out.choice = tool_choice::required;
  else if (word != "auto")
    failure.set_mismatch("tool_choice",
                         R"("none", "auto", "required", a function or allowed tools)", element);
}

/// {"type": "function", "function": {"name": ...}}
void read_named(field_reader& choice, chat_request& out) {
  if (auto function = choice.object("function"))
    function->read("name", out.named_tool);
  if (out.named_tool.empty())
    return choice.failure().set("tool_choice",
                                "A `tool_choice` object must be of the form "
                                R"({"type": "function", "function": {"name": "..."}}.)");
  out.choice = tool_choice::named;
  if (!is_tool(out.chat, out.named_tool))
    choice.failure().set("tool_choice",
                         "The function that `tool_choice` names is not among `tools`.");
}

/// The name of one allowed tool: chat's {"type", "function": {"name"}}, or {"type", "name"}.
std::string read_allowed_name(decode_failure& failure, json_element item, const std::string& path) {
  std::string name;
  json_object object;
  if (item.get_object().get(object) != simdjson::SUCCESS) {
    failure.set_mismatch(path, "an object", item);
    return name;
  }
  field_reader tool(failure, object, path);
  std::string type = "function";
  tool.read("type", type);
  if (type != "function")
    failure.set_mismatch(tool.path_of("type"), "\"function\"", *tool.find("type"));
  auto function = tool.object("function");
  const std::string name_path = function ? function->path_of("name") : tool.path_of("name");
  (function ? *function : tool).read("name", name);
  if (name.empty())
    failure.set(name_path, fmt::format("`{}` is missing or empty.", name_path));
  return name;
}

/// The model sees only the listed tools.
void read_allowed(field_reader& allowed, const std::string& path, chat_request& out) {
  decode_failure& failure = allowed.failure();
  std::string mode = "auto";
  allowed.read("mode", mode);
  if (mode != "auto" && mode != "required")
    failure.set_mismatch(allowed.path_of("mode"), R"("auto" or "required")", *allowed.find("mode"));
  const auto tools = allowed.array("tools");
  if (!tools || tools->size() == 0)
    return failure.set(allowed.path_of("tools"),
                       fmt::format("`{}` must list a tool.", allowed.path_of("tools")));
  if (out.chat.tools.empty())
    return failure.set("tool_choice",
                       "`tool_choice` lists allowed tools and there are no `tools`.");
  std::vector<std::string> names;
  for (const json_element item : *tools) {
    const std::string item_path = fmt::format("{}.tools[{}]", path, names.size());
    names.push_back(read_allowed_name(failure, item, item_path));
    if (!failure && !is_tool(out.chat, names.back()))
      failure.set(item_path, fmt::format("`{}` names {}, which is not among `tools`.", item_path,
                                         describe_text(names.back())));
    if (failure)
      return;
  }
  std::erase_if(out.chat.tools, [&](const tool_definition& tool) {
    return std::find(names.begin(), names.end(), tool.name) == names.end();
  });
  out.choice = mode == "required" ? tool_choice::required : tool_choice::automatic;
}

} // namespace

void read_tool_choice(field_reader& body, chat_request& out) {
  out.choice = out.chat.tools.empty() ? tool_choice::none : tool_choice::automatic;
  const auto element = body.find("tool_choice");
  if (!element)
    return;
  std::string_view word;
  if (element->get_string().get(word) == simdjson::SUCCESS)
    return read_word(body.failure(), word, *element, out);
  auto choice = body.object("tool_choice");
  if (!choice)
    return;
  std::string type = "function";
  choice->read("type", type);
  if (type == "function")
    return read_named(*choice, out);
  if (type != "allowed_tools")
    return body.failure().set("tool_choice",
                              R"(`tool_choice.type` must be "function" or "allowed_tools".)");
  // Chat has mode and tools one level down, the Responses API beside the type.
  auto nested = choice->object("allowed_tools");
  read_allowed(nested ? *nested : *choice, nested ? "tool_choice.allowed_tools" : "tool_choice",
               out);
}

} // namespace hadal::net
