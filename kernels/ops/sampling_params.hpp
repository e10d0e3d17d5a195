#pragma once
// How one choice is sampled. Validated before (ranges by net/openai, ids by the session); the
// sampler does not check again.

#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hadal::kernels {

/// The checkpoint's marks of reasoning, each one token.
struct thinking_tokens {
  token_id open_id = -1;    // <think>
  token_id close_id = -1;   // </think>
  token_id newline_id = -1; // -1: not in the vocabulary
  bool operator==(const thinking_tokens&) const = default;
};

/// How long a sequence may think (thinking_limiter.hpp).
struct thinking_budget {
  std::int64_t tokens = 0; // after <think>
  thinking_tokens marks;
  bool operator==(const thinking_budget&) const = default;
};

struct sampling_params {
  float temperature = 1.0f;        // 0: greedy (argmax, lowest index on ties)
  float top_p = 1.0f;              // (0, 1]
  std::int32_t top_k = -1;         // -1: off
  float min_p = 0.0f;              // [0, 1]
  float frequency_penalty = 0.0f;  // over completion tokens
  float presence_penalty = 0.0f;   // over completion tokens
  float repetition_penalty = 1.0f; // over prompt and completion tokens
  std::vector<std::pair<token_id, float>> logit_bias;

  std::int32_t min_tokens = 0; // end tokens are masked before this many completion tokens
  std::vector<token_id>
      end_token_ids; // tokens that end the sequence (model, generation_config, stop_token_ids)

  std::optional<thinking_budget> thinking; // none: no limit

  bool logprobs = false;         // report the sampled token's logprob
  std::int32_t top_logprobs = 0; // and those of the k most likely tokens, 0..20

  bool operator==(const sampling_params&) const = default;
};

} // namespace hadal::kernels
