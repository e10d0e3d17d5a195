#pragma once
// The prompts of a request as messages to the tokenizer: a pure translation of records of net to
// records of model.

#include "actors/protocol/service.hpp"
#include "actors/protocol/tokenizer.hpp"
#include "net/native/generate_request.hpp"
#include "net/openai/chat_request.hpp"
#include "net/openai/completion_request.hpp"
#include "net/openai/tokenize_request.hpp"

#include <vector>

namespace hadal::actors {

/// Defaults of the server for conversations.
struct prompt_defaults {
  bool thinks = false; // if the request does not say and has no tools
};

/// R1 thinks unless told otherwise.
prompt_defaults defaults_of(const protocol::model_facts& facts);

/// The conversation with all of its `tools`. Thinking is set by the template's switches, else
/// by `reasoning_effort` ("none" and "minimal" are off, others on), else by the server's
/// default.
protocol::prompt_source prompt_source_of(const net::conversation& chat, prompt_defaults defaults);

/// The same, with the tools that `tool_choice` leaves: no tool for none, one for a named one.
protocol::prompt_source prompt_source_of(const net::chat_request& request,
                                         prompt_defaults defaults);

std::vector<protocol::prompt_source> prompt_sources_of(const net::completion_request& request);
std::vector<protocol::prompt_source> prompt_sources_of(const net::generate_request& request);
std::vector<protocol::prompt_source> prompt_sources_of(const net::tokenize_request& request,
                                                       prompt_defaults defaults);

} // namespace hadal::actors
