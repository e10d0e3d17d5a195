#pragma once
// How the answer to one generation request is written: the endpoint's format, streamed or whole,
// its identity, and what it has besides text. Made once from the decoded request.

#include "actors/gateway/server_config.hpp"
#include "actors/protocol/service.hpp"
#include "actors/runtime/environment.hpp"
#include "net/native/generate_answer.hpp"
#include "net/native/generate_request.hpp"
#include "net/openai/answer.hpp"
#include "net/openai/chat_request.hpp"
#include "net/openai/completion_request.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace hadal::model {
class tokenizer;
} // namespace hadal::model

namespace hadal::actors {

struct answer_layout {
  bool chat = true;
  bool stream = false;
  bool echo = false;
  bool include_usage = false;
  bool continuous_usage_stats = false;
  bool counts_reasoning = false; // usage has the number of reasoning tokens
  net::answer_identity identity;
  net::answer_options options;
  std::shared_ptr<const model::tokenizer> vocabulary; // null: log probabilities without bytes
  std::uint32_t choices_per_prompt = 1;
  std::uint32_t prompts = 1;
  std::optional<net::generate_form> native; // of /generate; then `chat` is ignored

  std::uint32_t choices() const noexcept { return choices_per_prompt * prompts; }
};

/// What answers take from server and model besides the request.
struct answer_origin {
  const server_config& config;
  const protocol::service_parts& parts;
  std::int64_t created_s;    // Unix seconds
  runtime::environment& env; // draws the ids
};

answer_layout layout_of(const net::chat_request& request, const answer_origin& origin);
answer_layout layout_of(const net::completion_request& request, const answer_origin& origin);
answer_layout layout_of(const net::generate_request& request, const answer_origin& origin);

} // namespace hadal::actors
