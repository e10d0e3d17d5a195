#include "net/openai/decode_parts.hpp"

#include "net/openai/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace hadal::net {

namespace {

std::optional<chat_role> role_of(std::string_view name) noexcept {
  for (const auto role : {chat_role::system, chat_role::developer, chat_role::user,
                          chat_role::assistant, chat_role::tool, chat_role::function})
    if (to_string(role) == name)
      return role;
  return std::nullopt;
}

void read_role(field_reader& message, chat_role& out) {
  const auto element = message.find("role");
  const std::string path = message.path_of("role");
  std::string_view name;
  if (!element)
    return message.failure().set(path, fmt::format("`{}` is missing.", path));
  if (element->get_string().get(name) == simdjson::SUCCESS)
    if (const auto role = role_of(name)) {
      out = *role;
      return;
    }
  message.failure().set_mismatch(
      path, R"("system", "developer", "user", "assistant", "tool" or "function")", *element);
}

/// A part of content that is text under one of several names. It may have further members that do
/// not concern the text (`annotations`, `cache_control`).
void read_content_part(field_reader& part, std::string& out) {
  constexpr std::array text_types = {"text", "input_text", "output_text"};
  const std::string type_path = part.path_of("type");
  const auto type = part.find("type");
  if (!type)
    return part.failure().set(type_path, fmt::format("`{}` is missing.", type_path));
  std::string_view name;
  const bool is_word = type->get_string().get(name) == simdjson::SUCCESS;
  const bool is_text = std::find(text_types.begin(), text_types.end(), name) != text_types.end();
  if (!is_word || (!is_text && name != "refusal"))
    return part.failure().set_mismatch(type_path, "\"text\" or \"refusal\", the only kinds served",
                                       *type);
  const char* const member = is_text ? "text" : "refusal";
  if (!part.find(member))
    return part.failure().set(part.path_of(member),
                              fmt::format("`{}` is missing.", part.path_of(member)));
  part.read(member, out);
}

void read_content_parts(decode_failure& failure, const std::string& path, json_array parts,
                        std::string& out) {
  std::size_t index = 0;
  for (const json_element item : parts) {
    const std::string part_path = fmt::format("{}[{}]", path, index);
    json_object object;
    if (item.get_object().get(object) != simdjson::SUCCESS)
      return failure.set_mismatch(part_path, "an object", item);
    field_reader part(failure, object, part_path);
    std::string text;
    read_content_part(part, text);
    if (index++ > 0)
      out += ' ';
    out += text;
  }
}

/// A refusal beside the content is appended to it.
void read_refusal(field_reader& message, chat_message& out) {
  std::string refusal;
  message.read("refusal", refusal);
  if (refusal.empty())
    return;
  if (!out.content.empty())
    out.content += ' ';
  out.content += refusal;
  out.content_null = false;
}

/// Content may be absent in messages of an assistant and of a tool.
void read_absent_content(field_reader& message, chat_message& out) {
  out.content_null = out.role == chat_role::assistant;
  const bool is_result = out.role == chat_role::tool || out.role == chat_role::function;
  const std::string path = message.path_of("content");
  if (!out.content_null && !is_result)
    message.failure().set(
        path, fmt::format("`{}` is missing: only an assistant's and a tool's may be.", path));
}

void read_content(field_reader& message, chat_message& out) {
  const auto element = message.find("content");
  const std::string path = message.path_of("content");
  json_array parts;
  std::string_view text;
  if (!element)
    read_absent_content(message, out);
  else if (element->get_string().get(text) == simdjson::SUCCESS)
    out.content = text;
  else if (element->get_array().get(parts) == simdjson::SUCCESS)
    read_content_parts(message.failure(), path, parts, out.content);
  else
    message.failure().set_mismatch(path, "a string or an array of text parts", *element);
  read_refusal(message, out);
  if (message.find("audio"))
    message.failure().set(message.path_of("audio"),
                          fmt::format("`{}`: audio is not served.", message.path_of("audio")));
}

void read_arguments(field_reader& function, past_tool_call& call) {
  const auto element = function.find("arguments");
  std::string_view text;
  if (!element) {
    call.arguments = "{}";
  } else if (element->get_string().get(text) == simdjson::SUCCESS) {
    call.arguments = text;
  } else if (element->is_object()) {
    call.arguments_is_object = true;
    append_compact_json(call.arguments, *element);
  } else {
    function.failure().set_mismatch(function.path_of("arguments"), "a string or an object",
                                    *element);
  }
}

void read_past_calls(field_reader& message, std::vector<past_tool_call>& out) {
  const auto calls = message.array("tool_calls");
  if (!calls)
    return;
  decode_failure& failure = message.failure();
  for (const json_element item : *calls) {
    const std::string path = fmt::format("{}[{}]", message.path_of("tool_calls"), out.size());
    json_object object;
    if (item.get_object().get(object) != simdjson::SUCCESS)
      return failure.set_mismatch(path, "an object", item);
    field_reader call(failure, object, path);
    past_tool_call read;
    call.read("id", read.id);
    check_function_type(call);
    auto function = call.object("function");
    if (!function)
      return failure.set(call.path_of("function"),
                         fmt::format("`{}` is missing.", call.path_of("function")));
    read_required_name(*function, read.name);
    read_arguments(*function, read);
    out.push_back(std::move(read));
  }
}

/// The predecessor of `tool_calls`: one call, without an id.
void read_past_function_call(field_reader& message, std::vector<past_tool_call>& out) {
  auto function = message.object("function_call");
  if (!function)
    return;
  if (!out.empty()) {
    const std::string path = message.path_of("function_call");
    return message.failure().set(path, fmt::format("`{}` cannot stand beside `tool_calls`.", path));
  }
  past_tool_call& read = out.emplace_back();
  read_required_name(*function, read.name);
  read_arguments(*function, read);
}

/// Only an assistant has calls; an empty list is ignored.
void read_calls(field_reader& message, chat_message& out) {
  read_past_calls(message, out.tool_calls);
  const char* const name = out.tool_calls.empty() ? "function_call" : "tool_calls";
  read_past_function_call(message, out.tool_calls);
  if (out.role != chat_role::assistant && !out.tool_calls.empty())
    message.failure().set(message.path_of(name),
                          fmt::format("Only an assistant's message may have `{}`.", name));
}

void read_message(decode_failure& failure, json_element element, const std::string& path,
                  chat_message& out) {
  json_object object;
  if (element.get_object().get(object) != simdjson::SUCCESS)
    return failure.set_mismatch(path, "an object", element);
  field_reader message(failure, object, path);
  read_role(message, out.role);
  read_content(message, out);
  message.read("name", out.name);
  message.read("prefix", out.prefix);
  message.read("tool_call_id", out.tool_call_id);
  std::optional<std::string> reasoning;
  message.read("reasoning", reasoning);
  message.read("reasoning_content", out.reasoning_content);
  if (!out.reasoning_content)
    out.reasoning_content = std::move(reasoning);
  read_calls(message, out);
}

} // namespace

std::string_view to_string(chat_role role) noexcept {
  switch (role) {
  case chat_role::system: return "system";
  case chat_role::developer: return "developer";
  case chat_role::user: return "user";
  case chat_role::assistant: return "assistant";
  case chat_role::tool: return "tool";
  case chat_role::function: return "function";
  }
  return "user";
}

void read_messages(field_reader& body, std::vector<chat_message>& out) {
  decode_failure& failure = body.failure();
  const auto messages = body.array("messages");
  if (!messages)
    return failure.set("messages", "`messages` is missing.");
  if (messages->size() == 0)
    return failure.set("messages", "`messages` must not be empty.");
  for (const json_element item : *messages) {
    chat_message message;
    read_message(failure, item, fmt::format("messages[{}]", out.size()), message);
    out.push_back(std::move(message));
  }
}

} // namespace hadal::net
