#include "model/chat/tool_text.hpp"

#include "model/chat/json_value.hpp"

#include <fmt/core.h>

#include <vector>

namespace hadal::model::formats {

namespace {

struct tool {
  std::string name;
  std::string description; // empty when absent
  std::string parameters;  // as Python writes it; "{}" when absent
  std::string function;    // the whole object as Python writes it
};

tl::unexpected<error> wrong(const std::string& field, std::string_view what) {
  return fail(error_code::invalid_request, fmt::format("{}: {}", field, what), field);
}

bool is_absent(const json_value* value) {
  return value == nullptr || value->kind == json_value::kind_type::null;
}

result<tool> read_tool(const std::string& text, const std::string& field) {
  auto parsed = parse_json_value(text);
  if (!parsed)
    return wrong(field, parsed.error().message);
  const json_value* function = parsed->find("function");
  if (function == nullptr || function->kind != json_value::kind_type::object)
    return wrong(field + ".function", "must be an object");
  tool out;
  const json_value* name = function->find("name");
  if (name == nullptr || name->kind != json_value::kind_type::string || name->text.empty())
    return wrong(field + ".function.name", "must be a string that is not empty");
  out.name = name->text;
  if (const json_value* description = function->find("description"); !is_absent(description)) {
    if (description->kind != json_value::kind_type::string)
      return wrong(field + ".function.description", "must be a string");
    out.description = description->text;
  }
  const json_value* parameters = function->find("parameters");
  if (!is_absent(parameters) && parameters->kind != json_value::kind_type::object)
    return wrong(field + ".function.parameters", "must be an object");
  out.parameters = is_absent(parameters) ? "{}" : dump(*parameters);
  out.function = dump(*function);
  return out;
}

result<std::vector<tool>> read_tools(const chat_conversation& c) {
  std::vector<tool> tools;
  for (std::size_t i = 0; i < c.tools.size(); ++i) {
    HADAL_TRY_ASSIGN(read, read_tool(c.tools[i], fmt::format("tools[{}]", i)));
    tools.push_back(std::move(read));
  }
  return tools;
}

} // namespace

result<void> append_tools_v3_1(const chat_conversation& c, marked_text& out) {
  HADAL_TRY_ASSIGN(tools, read_tools(c));
  out.control("## Tools\nYou have access to the following tools:\n");
  for (const tool& t : tools) {
    out.control("\n### ");
    out.plain(t.name);
    out.control("\nDescription: ");
    out.plain(t.description);
    out.control("\n\nParameters: ");
    out.plain(t.parameters);
    out.control("\n");
  }
  out.control(
      "\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n"
      "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>"
      "tool_call_arguments<｜tool▁call▁end｜>{additional_tool_calls}<｜tool▁calls▁end｜>\n\n"
      "Where:\n"
      "- `tool_call_name` must be an exact match to one of the available tools\n"
      "- `tool_call_arguments` must be valid JSON that strictly follows the tool's "
      "Parameters Schema\n"
      "- For multiple tool calls, chain them directly without separators or spaces");
  return {};
}

result<void> append_tools_v3(const chat_conversation& c, marked_text& out) {
  HADAL_TRY_ASSIGN(tools, read_tools(c));
  out.control("## Tools\n\nYou can call the functions below. Call one only when it helps to "
              "answer.\n\n");
  for (std::size_t i = 0; i < tools.size(); ++i) {
    out.control(i == 0 ? "### " : "\n\n### ");
    out.plain(tools[i].name);
    out.control("\n");
    out.plain(tools[i].description);
    out.control("\nParameters: ");
    out.plain(tools[i].parameters);
  }
  out.control("\n\nTo call functions, write this block at the end of your reply, one entry a call, "
              "entries separated by a line break:\n"
              "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>FUNCTION_NAME\n"
              "```json\n{\"parameter\": \"value\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>\n"
              "FUNCTION_NAME is one of the names above, and the JSON object fits its Parameters. "
              "The results come back between <｜tool▁outputs▁begin｜> and <｜tool▁outputs▁end｜>.");
  return {};
}

result<void> append_tools_v3_2(const chat_conversation& c, marked_text& out) {
  HADAL_TRY_ASSIGN(tools, read_tools(c));
  out.control(
      "## Tools\n\nYou have access to a set of tools you can use to answer the user's question.\n"
      "You can invoke functions by writing a \"<｜DSML｜function_calls>\" block like the following "
      "as "
      "part of your reply to the user:\n"
      "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"$FUNCTION_NAME\">\n"
      "<｜DSML｜parameter name=\"$PARAMETER_NAME\" string=\"true|false\">$PARAMETER_VALUE"
      "</｜DSML｜parameter>\n...\n</｜DSML｜invoke>\n"
      "<｜DSML｜invoke "
      "name=\"$FUNCTION_NAME2\">\n...\n</｜DSML｜invoke>\n</｜DSML｜function_calls>\n\n"
      "String and scalar parameters should be specified as is without any escaping or quotes, "
      "while "
      "lists and objects should use JSON format. The \"string\" attribute should be set to "
      "\"true\" "
      "for string type parameters and \"false\" for other types (numbers, booleans, arrays, "
      "objects).\n\n"
      "If the thinking_mode is enabled, then after function results you should strongly consider "
      "outputting a thinking block. Here is an example:\n\n"
      "<｜DSML｜function_calls>\n...\n</｜DSML｜function_calls>\n\n<function_results>\n...\n"
      "</function_results>\n\n<think>...thinking about results</think>\n\n"
      "Here are the functions available in JSONSchema format:\n<functions>\n");
  for (const tool& t : tools) {
    out.plain(t.function);
    out.control("\n");
  }
  out.control("</functions>\n");
  return {};
}

} // namespace hadal::model::formats
