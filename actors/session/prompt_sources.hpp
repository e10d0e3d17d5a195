#pragma once
// The prompts of a request in the tokenizer's words. Pure translation between the wire's records
// and the model's.

#include "actors/protocol/tokenizer.hpp"
#include "net/openai/chat_request.hpp"
#include "net/openai/completion_request.hpp"
#include "net/openai/tokenize_request.hpp"

#include <vector>

namespace hadal::actors {

protocol::prompt_source prompt_source_of(const net::conversation& chat);
std::vector<protocol::prompt_source> prompt_sources_of(const net::completion_request& request);
std::vector<protocol::prompt_source> prompt_sources_of(const net::tokenize_request& request);

} // namespace hadal::actors
