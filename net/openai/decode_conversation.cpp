#include "base/json_string.hpp"
#include "net/openai/decode_parts.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "net/openai/json_text.hpp"
#include "net/openai/key_set.hpp"
#include "net/openai/schema_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace hadal::net {

namespace {

constexpr std::size_t tool_name_characters_max = 256;

/// Characters that would end a name in some call format, or break a line.
bool is_markup(char32_t c) noexcept {
  constexpr std::u32string_view marks = U"\"'`<>\uFF5C\u0085\u2028\u2029";
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || marks.find(c) != std::u32string_view::npos;
}

/// Parsers of calls drop blanks around a name.
bool is_tool_name(std::string_view name) noexcept {
  if (name.starts_with(' ') || name.ends_with(' '))
    return false;
  std::size_t characters = 0;
  while (!name.empty() && characters <= tool_name_characters_max) {
    std::size_t bytes = 0;
    if (utf8_front(name).kind != utf8_kind::complete || is_markup(decode_front(name, bytes)))
      return false;
    name.remove_prefix(bytes);
    ++characters;
  }
  return characters <= tool_name_characters_max;
}

/// True if a schema's `type` excludes objects.
bool excludes_objects(json_element type) {
  std::string_view word;
  json_array words;
  if (type.get_string().get(word) == simdjson::SUCCESS)
    return word != "object";
  if (type.get_array().get(words) != simdjson::SUCCESS)
    return true; // an invalid type: the compiler reports it
  return std::none_of(words.begin(), words.end(), [](json_element item) {
    std::string_view one;
    return item.get_string().get(one) == simdjson::SUCCESS && one == "object";
  });
}

/// True if `parameters` declares no member and allows none: `{}`, `{"type": "object"}`,
/// `{"properties": {}}`. Such a function takes no arguments. (A map has `additionalProperties` or
/// `patternProperties`.)
bool declares_nothing(json_object schema) {
  static constexpr std::array<std::string_view, 21> speaking{"$dynamicRef",
                                                             "$recursiveRef",
                                                             "$ref",
                                                             "allOf",
                                                             "anyOf",
                                                             "const",
                                                             "dependencies",
                                                             "dependentRequired",
                                                             "dependentSchemas",
                                                             "else",
                                                             "enum",
                                                             "extends",
                                                             "if",
                                                             "maxProperties",
                                                             "minProperties",
                                                             "not",
                                                             "oneOf",
                                                             "patternProperties",
                                                             "propertyNames",
                                                             "then",
                                                             "unevaluatedProperties"};
  const auto is_empty = [](json_element value) {
    json_object members;
    json_array items;
    return (value.get_object().get(members) == simdjson::SUCCESS && members.size() == 0) ||
           (value.get_array().get(items) == simdjson::SUCCESS && items.size() == 0);
  };
  for (const auto field : schema) {
    const std::string_view key = field.key;
    bool open = true;
    bool speaks = std::find(speaking.begin(), speaking.end(), key) != speaking.end();
    if (key == "type")
      speaks = excludes_objects(field.value);
    else if (key == "properties" || key == "required")
      speaks = !is_empty(field.value);
    else if (key == "additionalProperties")
      speaks = field.value.get_bool().get(open) != simdjson::SUCCESS || open;
    if (speaks)
      return false;
  }
  return true;
}

/// The schema with `"type": "object"` instead of a wider type. It remains the root, so that its
/// references stay valid.
void append_object_schema(std::string& out, json_object schema) {
  out += R"({"type":"object")";
  for (const auto field : schema) {
    if (field.key == "type") {
      if (!excludes_objects(field.value))
        continue;
      out += R"(,"allOf":[{"type":)";
      append_schema_json(out, field.value);
      out += "}]";
      continue;
    }
    out += ',';
    hadal::append_json_string(out, field.key, json_escapes::required);
    out += ':';
    append_schema_json(out, field.value);
  }
  out += '}';
}

/// An object as compact JSON; `append` writes its member `key`.
template <class Append>
void append_object_but(std::string& out, json_object object, std::string_view key,
                       const Append& append) {
  char before = '{';
  for (const auto field : object) {
    out += before;
    hadal::append_json_string(out, field.key, json_escapes::required);
    out += ':';
    if (field.key == key)
      append(field.value);
    else
      append_compact_json(out, field.value);
    before = ',';
  }
  out += before == '{' ? "{}" : "}";
}

void append_function(std::string& out, json_element element) {
  json_object function;
  if (element.get_object().get(function) == simdjson::SUCCESS)
    append_object_but(out, function, "parameters",
                      [&](json_element schema) { append_schema_json(out, schema); });
}

void read_tool(decode_failure& failure, json_element element, const std::string& path,
               tool_definition& out) {
  json_object object;
  if (element.get_object().get(object) != simdjson::SUCCESS)
    return failure.set_mismatch(path, "an object", element);
  field_reader tool(failure, object, path);
  if (!tool.find("type"))
    failure.set(tool.path_of("type"), fmt::format("`{}` is missing.", tool.path_of("type")));
  check_function_type(tool);
  auto function = tool.object("function");
  if (!function)
    return failure.set(tool.path_of("function"),
                       fmt::format("`{}` is missing.", tool.path_of("function")));
  read_required_name(*function, out.name);
  if (!is_tool_name(out.name))
    failure.set(function->path_of("name"),
                fmt::format("`{}` must have up to {} characters, none of them a control "
                            "character, a line break, a quote, '`', '<', '>' or '｜', and no blank "
                            "at its beginning or end.",
                            function->path_of("name"), tool_name_characters_max));
  function->read("description", out.description);
  function->read("strict", out.strict);
  function->object("parameters"); // fails unless it is an object
  json_object schema;
  if (const auto parameters = function->find("parameters");
      parameters && parameters->get_object().get(schema) == simdjson::SUCCESS &&
      !declares_nothing(schema))
    append_object_schema(out.arguments_schema, schema);
  append_object_but(out.tool_json, object, "function",
                    [&](json_element whole) { append_function(out.tool_json, whole); });
}

/// A word, or a number in [0, 1) as in SGLang, kept as text.
void read_effort(field_reader& fields, std::string_view name, std::optional<std::string>& out) {
  const auto element = fields.find(name);
  if (!element)
    return;
  std::string_view word;
  double number = 0;
  if (element->get_string().get(word) == simdjson::SUCCESS)
    out = word;
  else if (element->is_number() && element->get_double().get(number) == simdjson::SUCCESS &&
           number >= 0 && number < 1)
    append_compact_json(out.emplace(), *element);
  else
    fields.failure().set_mismatch(fields.path_of(name), "a string, or a number in [0, 1)",
                                  *element);
}

/// Reads {"effort": ..., "enabled": ...}; reasoning_effort wins.
void read_reasoning_wish(field_reader& body, std::optional<std::string>& effort) {
  auto wish = body.object("reasoning");
  if (!wish)
    return;
  std::optional<std::string> asked;
  read_effort(*wish, "reasoning_effort", asked);
  read_effort(*wish, "effort", asked);
  std::optional<bool> enabled;
  wish->read("enable", enabled);
  wish->read("enabled", enabled);
  if (enabled && (!asked || !*enabled))
    asked = *enabled ? "medium" : "none";
  if (!effort)
    effort = std::move(asked);
}

/// DeepSeek's `thinking`, else the switch of other servers.
std::optional<bool> read_thinking_switch(field_reader& body) {
  std::optional<bool> thinking;
  body.read("enable_thinking", thinking);
  auto own = body.object("thinking");
  if (!own)
    return thinking;
  std::string type;
  own->read("type", type);
  if (type == "enabled" || type == "disabled")
    thinking = type == "enabled";
  else if (const auto found = own->find("type"))
    body.failure().set_mismatch("thinking.type", R"("enabled" or "disabled")", *found);
  else
    body.failure().set("thinking.type", "`thinking.type` is missing.");
  return thinking;
}

/// chat_template_kwargs win, then the switches of thinking, then its effort.
void read_template_switches(field_reader& body, conversation& out) {
  body.read("add_generation_prompt", out.add_generation_prompt);
  body.read("continue_final_message", out.continue_final_message);
  read_effort(body, "reasoning_effort", out.reasoning_effort);
  read_reasoning_wish(body, out.reasoning_effort);
  const auto thinking = read_thinking_switch(body);
  auto switches = body.object("chat_template_kwargs");
  if (!switches) {
    out.thinking = thinking;
    return;
  }
  switches->read("enable_thinking", out.thinking);
  switches->read("thinking", out.thinking);
  read_effort(*switches, "reasoning_effort", out.reasoning_effort);
  if (!out.thinking && !switches->find("reasoning_effort"))
    out.thinking = thinking;
  if (const auto whole = body.find("chat_template_kwargs"))
    append_compact_json(out.chat_template_kwargs_json, *whole);
}

} // namespace

void check_function_type(field_reader& reader) {
  const auto type = reader.find("type");
  std::string_view name;
  if (type && (type->get_string().get(name) != simdjson::SUCCESS || name != "function"))
    reader.failure().set_mismatch(reader.path_of("type"), "\"function\"", *type);
}

void read_required_name(field_reader& reader, std::string& out) {
  const std::string path = reader.path_of("name");
  if (!reader.find("name"))
    return reader.failure().set(path, fmt::format("`{}` is missing.", path));
  reader.read("name", out);
  if (out.empty())
    reader.failure().set(path, fmt::format("`{}` must not be empty.", path));
}

void read_tools(field_reader& body, std::vector<tool_definition>& out) {
  decode_failure& failure = body.failure();
  const auto tools = body.array("tools");
  if (!tools)
    return;
  if (tools->size() > limits::tools_max)
    return failure.set("tools", fmt::format("`tools` may have up to {} tools; found {}.",
                                            limits::tools_max, tools->size()));
  for (const json_element item : *tools) {
    tool_definition tool;
    read_tool(failure, item, fmt::format("tools[{}]", out.size()), tool);
    out.push_back(std::move(tool));
  }
  key_set names(out.size());
  for (std::size_t i = 0; i < out.size() && !failure; ++i)
    if (!names.insert(out[i].name))
      failure.set(fmt::format("tools[{}].function.name", i),
                  fmt::format("The tool \"{}\" is defined twice.", out[i].name));
}

void read_conversation(field_reader& body, conversation& out) {
  read_messages(body, out.messages);
  read_tools(body, out.tools);
  read_template_switches(body, out);
  const bool ends_with_assistant =
      !out.messages.empty() && out.messages.back().role == chat_role::assistant;
  if (out.continue_final_message && !ends_with_assistant)
    body.failure().set("continue_final_message",
                       "`continue_final_message` needs a last message from the assistant.");
}

} // namespace hadal::net
