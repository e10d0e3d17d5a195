#pragma once
// The body of POST /generate as plain records, decoded strictly as in net/openai/decode.hpp. One
// prompt or a batch of them, as text or as ids; a field that may differ within a batch has one
// value for all prompts or an array with one item per prompt.

#include "base/result.hpp"
#include "net/openai/completion_request.hpp"
#include "net/openai/generation_fields.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

struct generate_prompt {
  completion_prompt prompt;
  // Of sampling_params. max_tokens is always set (default 128, may be 0), return_token_ids is
  // true.
  generation_fields generation;
  std::string rid; // empty when absent
  bool return_logprob = false;
  std::int32_t top_logprobs_num = 0;   // [0, limits::top_logprobs_max]; 0 without return_logprob
  std::int32_t logprob_start_len = -1; // prompt tokens from here on; -1: none
};

struct generate_request {
  std::vector<generate_prompt> prompts; // 1 to limits::prompts_max; all have the same `n`
  bool is_batch = false;                // the answer is an array
  bool text_is_ids = false;             // prompts came as `input_ids`, else as `text`
  bool stream = false;
  bool return_text_in_logprobs = false;

  std::int32_t n() const noexcept { return prompts.front().generation.n; }
};

/// Errors: invalid_json, invalid_request.
result<generate_request> decode_generate_request(std::string_view body);

} // namespace hadal::net
