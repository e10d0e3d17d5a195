#pragma once
// The body of POST /v1/completions as a plain record.

#include "net/openai/generation_fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hadal::net {

/// Text to be tokenized, or ids (each >= 0) that are used unchanged; both may be empty.
using completion_prompt = std::variant<std::string, std::vector<token_id>>;

struct completion_request {
  generation_fields generation;           // max_tokens is 16 if absent
  std::vector<completion_prompt> prompts; // 1 to limits::prompts_max, all of one kind
  bool prompt_is_array = false;
  std::optional<std::int32_t> logprobs; // [0, limits::top_logprobs_max]; absent: none
  std::optional<std::string> suffix;    // never empty, only with prompts that are text
  bool echo = false;                    // with logprobs: also those of the prompt
};

} // namespace hadal::net
