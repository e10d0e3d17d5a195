#pragma once
// The input of a chat prompt: the messages and tools of one request as the client
// sent them. Text is UTF-8 without JSON escapes; JSON for the model is kept as JSON
// text.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hadal::model {

/// An earlier call of the assistant.
struct chat_tool_call {
  std::string id;
  std::string name;
  std::string arguments;            // the client's string, or the JSON text of its object
  bool arguments_is_object = false; // true: JSON text, to be written in the spelling of Python
};

struct chat_message {
  std::string role;                       // system, developer, user, assistant, tool
  std::string content;                    // empty for null
  bool content_null = false;              // templates distinguish null and empty
  std::string reasoning_content;          // assistant only; empty when absent
  std::string name;                       // no DeepSeek template uses it
  std::vector<chat_tool_call> tool_calls; // assistant only
  std::string tool_call_id;               // tool only
  bool prefix = false; // last assistant message of V3.1: begins inside reasoning if thinking
};

struct chat_conversation {
  std::vector<chat_message> messages;
  /// Index of each message in the request, for errors; empty: the same index as here.
  std::vector<std::size_t> places;
  /// One element of `tools` each, as JSON text: {"type": "function", "function": {...}}.
  std::vector<std::string> tools;
  /// `chat_template_kwargs.thinking`, else `.enable_thinking`; empty: the encoding's default.
  std::optional<bool> thinking;
  /// `chat_template_kwargs` as JSON text, empty when absent; a template reads its members by name.
  std::string template_arguments;
  bool add_generation_prompt = true;
  /// The last message is the assistant's and is left open: the answer continues it.
  bool continue_final_message = false;
  /// V3.2, when thinking: developer messages before the last user turn are dropped.
  bool drop_thinking = true;

  std::size_t place_of(std::size_t message) const {
    return places.empty() ? message : places[message];
  }
};

} // namespace hadal::model
