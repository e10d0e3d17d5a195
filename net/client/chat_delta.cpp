#include "net/client/chat_delta.hpp"

#include <simdjson.h>

namespace hadal::net::client {

namespace {

/// A string member; empty if it is absent, null or no string.
std::string text_of(simdjson::dom::element object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string{text} : std::string{};
}

tl::unexpected<error> unreadable(std::string_view what) {
  return fail(error_code::bad_protocol, "the server sends " + std::string{what});
}

/// Reads the message of an `error` member; false if there is none.
bool find_error(simdjson::dom::element document, std::string& message) {
  simdjson::dom::element member;
  if (document["error"].get(member) != simdjson::SUCCESS || member.is_null())
    return false;
  message = member.is_string() ? std::string{std::string_view{member}} : text_of(member, "message");
  return true;
}

} // namespace

result<chat_delta> parse_chat_delta(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(simdjson::padded_string{json}).get(document) != simdjson::SUCCESS ||
      !document.is_object())
    return unreadable("an event that is not a JSON object");
  std::string message;
  if (find_error(document, message))
    return fail(error_code::internal, message);

  simdjson::dom::array choices;
  if (document["choices"].get(choices) != simdjson::SUCCESS)
    return unreadable("an event without choices");
  chat_delta delta;
  for (auto choice : choices) {
    std::int64_t index = 0;
    if (choice["index"].get(index) == simdjson::SUCCESS && index != 0)
      continue;
    delta.finish_reason = text_of(choice, "finish_reason");
    simdjson::dom::element said;
    if (choice["delta"].get(said) != simdjson::SUCCESS)
      continue;
    delta.content += text_of(said, "content");
    const auto thought = text_of(said, "reasoning_content");
    delta.reasoning += thought.empty() ? text_of(said, "reasoning") : thought;
  }
  return delta;
}

std::string error_message_of(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string message;
  if (parser.parse(simdjson::padded_string{body}).get(document) == simdjson::SUCCESS &&
      document.is_object() && find_error(document, message) && !message.empty())
    return message;
  return std::string{body.substr(0, body.find_first_of("\r\n"))};
}

result<std::vector<std::string>> parse_model_ids(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  simdjson::dom::array models;
  if (parser.parse(simdjson::padded_string{json}).get(document) != simdjson::SUCCESS ||
      document["data"].get(models) != simdjson::SUCCESS)
    return unreadable("no list of models");
  std::vector<std::string> ids;
  for (auto model : models)
    ids.push_back(text_of(model, "id"));
  return ids;
}

} // namespace hadal::net::client
