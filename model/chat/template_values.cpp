#include "model/chat/template_values.hpp"

#include "model/chat/past_arguments.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace hadal::model {

namespace {

using templates::value;

value number_value(const std::string& text) {
  if (text.find_first_of(".einf") != std::string::npos)
    return templates::make_real(std::strtod(text.c_str(), nullptr));
  std::int64_t read = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (code == std::errc{} && end == text.data() + text.size())
    return templates::make_integer(read);
  return {templates::spelled_number{text}};
}

tl::unexpected<error> wrong(const std::string& field, std::string_view what) {
  return fail(error_code::invalid_request, fmt::format("{}: {}", field, what), field);
}

// The value, or an error if making it exceeded the limits of a rendering.
result<value> checked(const templates::run_state& state, value made, const char* field) {
  if (state.failed())
    return wrong(field, state.failure());
  return made;
}

class message_values {
public:
  message_values(const chat_conversation& c, arguments_form form) : c_(c), form_(form) {}

  result<value> messages() {
    std::vector<value> out;
    for (std::size_t i = 0; i < c_.messages.size(); ++i) {
      HADAL_TRY_ASSIGN(message, message_value(i));
      out.push_back(std::move(message));
    }
    return checked(state_, templates::make_list(state_, std::move(out)), "messages");
  }

private:
  static void put(templates::dict_object& into, std::string_view key, value item) {
    into.put(templates::make_control(key), std::move(item));
  }

  result<value> message_value(std::size_t index) {
    const chat_message& m = c_.messages[index];
    templates::dict_object made;
    put(made, "role", templates::make_control(m.role));
    put(made, "content",
        m.content_null ? templates::make_none() : templates::make_plain(m.content));
    if (!m.reasoning_content.empty())
      put(made, "reasoning_content", templates::make_plain(m.reasoning_content));
    if (!m.name.empty())
      put(made, "name", templates::make_plain(m.name));
    if (!m.tool_calls.empty()) {
      HADAL_TRY_ASSIGN(calls, calls_value(index));
      put(made, "tool_calls", std::move(calls));
    }
    if (!m.tool_call_id.empty())
      put(made, "tool_call_id", templates::make_plain(m.tool_call_id));
    if (m.prefix)
      put(made, "prefix", templates::make_bool(true));
    return templates::make_dict(state_, std::move(made));
  }

  result<value> calls_value(std::size_t index) {
    std::vector<value> out;
    const auto& calls = c_.messages[index].tool_calls;
    for (std::size_t j = 0; j < calls.size(); ++j) {
      templates::dict_object function;
      put(function, "name", templates::make_plain(calls[j].name));
      HADAL_TRY_ASSIGN(arguments, arguments_value(index, j));
      put(function, "arguments", std::move(arguments));
      templates::dict_object call;
      if (!calls[j].id.empty())
        put(call, "id", templates::make_plain(calls[j].id));
      put(call, "type", templates::make_control("function"));
      put(call, "function", templates::make_dict(state_, std::move(function)));
      out.push_back(templates::make_dict(state_, std::move(call)));
    }
    return templates::make_list(state_, std::move(out));
  }

  result<value> arguments_value(std::size_t message, std::size_t call) {
    if (form_ == arguments_form::text) {
      HADAL_TRY_ASSIGN(text, formats::arguments_text(c_, message, call));
      return templates::make_plain(text);
    }
    HADAL_TRY_ASSIGN(object, formats::arguments_object(c_, message, call));
    return template_value(state_, object);
  }

  const chat_conversation& c_;
  arguments_form form_;
  templates::run_state state_{templates::run_limits{}};
};

// Names whose values the server sets.
constexpr std::string_view reserved_names[] = {
    "messages",  "tools",     "documents", "add_generation_prompt", "bos_token", "eos_token",
    "pad_token", "unk_token", "namespace", "raise_exception",       "range",     "strftime_now",
    "dict"};

} // namespace

value template_value(templates::run_state& state, const json_value& json) {
  using kind_type = json_value::kind_type;
  switch (json.kind) {
  case kind_type::null: return templates::make_none();
  case kind_type::boolean: return templates::make_bool(json.text == "true");
  case kind_type::number: return number_value(json.text);
  case kind_type::string: return templates::make_plain(json.text);
  case kind_type::array: {
    std::vector<value> items;
    for (const json_value& item : json.values)
      items.push_back(template_value(state, item));
    return templates::make_list(state, std::move(items));
  }
  case kind_type::object: break;
  }
  templates::dict_object made;
  for (std::size_t i = 0; i < json.keys.size(); ++i)
    made.put(templates::make_plain(json.keys[i]), template_value(state, json.values[i]));
  return templates::make_dict(state, std::move(made));
}

result<value> template_messages(const chat_conversation& c, arguments_form form) {
  return message_values(c, form).messages();
}

result<value> template_tools(const chat_conversation& c) {
  if (c.tools.empty())
    return templates::make_none();
  templates::run_state state{templates::run_limits{}};
  std::vector<value> out;
  for (std::size_t i = 0; i < c.tools.size(); ++i) {
    const auto parsed = parse_json_value(c.tools[i]);
    if (!parsed || parsed->kind != json_value::kind_type::object)
      return wrong(fmt::format("tools[{}]", i),
                   parsed ? "must be an object" : parsed.error().message);
    out.push_back(template_value(state, *parsed));
  }
  return checked(state, templates::make_list(state, std::move(out)), "tools");
}

result<templates::template_names> template_arguments(const chat_conversation& c) {
  templates::template_names names;
  if (!c.template_arguments.empty()) {
    const auto parsed = parse_json_value(c.template_arguments);
    if (!parsed || parsed->kind != json_value::kind_type::object)
      return wrong("chat_template_kwargs", parsed ? "must be an object" : parsed.error().message);
    templates::run_state state{templates::run_limits{}};
    for (std::size_t i = 0; i < parsed->keys.size(); ++i) {
      const std::string& name = parsed->keys[i];
      const json_value& given = parsed->values[i];
      const std::string field = "chat_template_kwargs." + name;
      if (std::find(std::begin(reserved_names), std::end(reserved_names), name) !=
          std::end(reserved_names))
        return wrong(field, "the server gives this name its value itself");
      if (given.kind == json_value::kind_type::array || given.kind == json_value::kind_type::object)
        return wrong(field, "must be a string, a number, a boolean or null");
      names.emplace_back(name, template_value(state, given));
    }
  }
  for (const std::string_view name : {"thinking", "enable_thinking"}) {
    const auto same = [name](const auto& given) { return given.first == name; };
    if (c.thinking && std::none_of(names.begin(), names.end(), same))
      names.emplace_back(std::string(name), templates::make_bool(*c.thinking));
  }
  return names;
}

} // namespace hadal::model
