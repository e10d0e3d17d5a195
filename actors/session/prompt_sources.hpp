#pragma once
// The prompts of a request in the tokenizer's words. Pure translation between the wire's records
// and the model's.

#include "actors/protocol/tokenizer.hpp"
#include "net/native/generate_request.hpp"
#include "net/openai/chat_request.hpp"
#include "net/openai/completion_request.hpp"
#include "net/openai/tokenize_request.hpp"

#include <vector>

namespace hadal::actors {

/// How a server renders conversations beyond what a request says.
struct prompt_defaults {
  bool thinks = false; // where the request is silent and has no tools
};

/// The conversation; `tools` are shown as they are given here. Thinking is what the template's
/// switches say, else what `reasoning_effort` says ("none" and "minimal" are off, others on), else
/// the server's default.
protocol::prompt_source prompt_source_of(const net::conversation& chat, prompt_defaults defaults);

/// The same, with the tools that `tool_choice` leaves: none of them for none, one for a named one.
protocol::prompt_source prompt_source_of(const net::chat_request& request,
                                         prompt_defaults defaults);

std::vector<protocol::prompt_source> prompt_sources_of(const net::completion_request& request);
std::vector<protocol::prompt_source> prompt_sources_of(const net::generate_request& request);
std::vector<protocol::prompt_source> prompt_sources_of(const net::tokenize_request& request,
                                                       prompt_defaults defaults);

} // namespace hadal::actors
