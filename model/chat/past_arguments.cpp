#include "model/chat/past_arguments.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace hadal::model::formats {

namespace {

/// The given JSON text or string, or "{}".
std::string_view given_arguments(const chat_tool_call& call) {
  constexpr std::string_view blanks = " \t\r\n";
  std::string_view text = call.arguments;
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  text = text.substr(0, text.find_last_not_of(blanks) + 1);
  return text.empty() || text == "null" ? std::string_view("{}") : call.arguments;
}

tl::unexpected<error> wrong(const chat_conversation& c, std::size_t message, std::size_t call,
                            std::string_view what) {
  const std::string field =
      fmt::format("messages[{}].tool_calls[{}].function.arguments", c.place_of(message), call);
  return fail(error_code::invalid_request, fmt::format("{}: {}", field, what), field);
}

} // namespace

result<std::string> arguments_text(const chat_conversation& c, std::size_t message,
                                   std::size_t call) {
  const chat_tool_call& made = c.messages[message].tool_calls[call];
  if (!made.arguments_is_object)
    return std::string(given_arguments(made));
  HADAL_TRY_ASSIGN(object, arguments_object(c, message, call));
  return dump(object);
}

result<json_value> arguments_object(const chat_conversation& c, std::size_t message,
                                    std::size_t call) {
  auto parsed = parse_json_value(given_arguments(c.messages[message].tool_calls[call]));
  if (!parsed)
    return wrong(c, message, call, parsed.error().message);
  if (parsed->kind != json_value::kind_type::object)
    return wrong(c, message, call, "must be a JSON object: the chat format shows it as one");
  return parsed;
}

} // namespace hadal::model::formats
