#pragma once
// The body of POST /v1/chat/completions as plain records, and the parts that /tokenize shares: the
// conversation, its tools and the template's switches. Text is the client's UTF-8 without JSON
// escapes.
//
// JSON for the model (tool definitions, arguments given as objects) is kept as compact JSON text:
// keys in the client's order, non-ASCII characters unescaped, strings with the least escaping,
// integers as sent and fractions in their shortest spelling (1.50 becomes 1.5); numbers of schemas
// that a double does not represent keep their spelling.

#include "net/openai/generation_fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

enum class chat_role : std::uint8_t { system, developer, user, assistant, tool, function };

/// "system", "developer", ... as on the wire.
std::string_view to_string(chat_role role) noexcept;

/// One element of an assistant message's `tool_calls`.
struct past_tool_call {
  std::string id; // empty when absent
  std::string name;
  std::string
      arguments; // the string as sent, unparsed; of an object its compact JSON; absent: "{}"
  bool arguments_is_object = false;
};

struct chat_message {
  chat_role role = chat_role::user;
  std::string content;       // text parts are joined with one space; null reads as empty
  bool content_null = false; // assistant only: content was null or absent
  std::optional<std::string> reasoning_content; // or `reasoning`; the former wins
  std::string name;                             // empty when absent
  std::vector<past_tool_call> tool_calls;       // assistant only
  std::string tool_call_id;                     // tool only, empty when absent
  bool prefix = false;
};

/// One element of `tools`.
struct tool_definition {
  std::string name;             // 1 to 256 characters; no control, line break, quote, ` < > or ｜
  std::string description;      // empty when absent
  std::string arguments_schema; // `parameters` as compact JSON whose first member says
                                // `"type": "object"`; empty when they declare none
  bool strict = false;
  std::string tool_json; // the whole element as compact JSON
};

/// none: no calls (no tools, or the client wants none). automatic: the model decides. required: at
/// least one call. named: a call of the one function that `named_tool` says.
enum class tool_choice : std::uint8_t { none, automatic, required, named };

/// The input of a chat prompt.
struct conversation {
  std::vector<chat_message> messages; // never empty
  std::vector<tool_definition> tools; // names distinct
  bool add_generation_prompt = true;
  bool continue_final_message = false;
  std::optional<bool> thinking;          // the first present of chat_template_kwargs.thinking and
                                         // .enable_thinking, thinking.type, enable_thinking
  std::string chat_template_kwargs_json; // compact JSON, empty when absent
  std::optional<std::string> reasoning_effort; // the one in kwargs wins over the request's
};

struct chat_request {
  generation_fields generation;
  conversation chat;
  tool_choice choice = tool_choice::none; // automatic if there are tools and no choice is given
  std::string named_tool;                 // only with tool_choice::named: one of the tools
  bool parallel_tool_calls = true;
  bool logprobs = false;
  std::int32_t top_logprobs = 0; // [0, limits::top_logprobs_max]
  bool separate_reasoning = true;
  bool stream_reasoning = true;
};

} // namespace hadal::net
