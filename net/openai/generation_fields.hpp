#pragma once
// Fields that /v1/chat/completions and /v1/completions share: sampling, stops and the form of the
// answer. Decoded values (net/openai/decode.hpp) are within the ranges noted here; nullopt means
// absent or null: the model's generation defaults apply.
//
// Checks that need the model are the caller's: ids below the vocabulary's size, prompt plus
// max_tokens within the context, the served names.

#include "base/ids.hpp"
#include "net/openai/logit_processor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::net {

struct logit_bias_entry {
  token_id token = 0; // >= 0
  double bias = 0;    // [-100, 100]
};

/// The constraint of the answer: `response_format`, `json_schema`, `regex`, `ebnf` or
/// `structural_tag`. Its text is that of the client, objects as compact JSON; compiling it shows
/// whether it can be enforced.
struct constraint_field {
  enum class kind_type : std::uint8_t { json_object, json_schema, regex, ebnf, structural_tag };
  kind_type kind = kind_type::json_object;
  std::string text;  // empty for json_object
  std::string param; // the field to name in errors

  bool operator==(const constraint_field&) const = default;
};

struct generation_fields {
  std::string model; // empty when absent

  // Sampling.
  std::optional<double> temperature;        // [0, 2]; 0 is greedy
  std::optional<double> top_p;              // [0, 1]; 0 is the smallest positive
  std::optional<std::int64_t> top_k;        // -1 (off; 0 reads as -1), or 1 and up to 2^31 - 1
  std::optional<double> min_p;              // [0, 1]
  std::optional<double> frequency_penalty;  // [-2, 2]
  std::optional<double> presence_penalty;   // [-2, 2]
  std::optional<double> repetition_penalty; // (0, 2]
  std::optional<std::int64_t> seed;
  std::vector<logit_bias_entry> logit_bias; // distinct tokens, up to limits::logit_bias_max
  std::int32_t n = 1;                       // choices per prompt, [1, limits::choices_max]

  // Length and stops.
  std::optional<std::int64_t> max_tokens; // >= 1 (0 too for completions with echo), below 2^53
  std::int64_t min_tokens = 0;            // [0, max_tokens]
  std::vector<std::string> stop; // non-empty strings of up to limits::stop_string_bytes_max bytes
  std::vector<token_id> stop_token_ids; // >= 0
  bool ignore_eos = false;
  bool include_stop_str_in_output = false;
  bool skip_special_tokens = true;

  // Most tokens of reasoning; nullopt is no limit. From `thinking_budget`, its alias
  // `thinking_token_budget`, or custom_params of a thinking budget processor.
  std::optional<std::int64_t> thinking_budget; // >= 0
  std::optional<logit_processor> processor;    // `custom_logit_processor`; the caller refuses
                                               // unknown or disabled ones

  std::shared_ptr<const constraint_field> constraint; // null: none. Shared by prompts of a batch

  // Form of the answer.
  bool stream = false;
  bool include_usage = false;          // stream_options
  bool continuous_usage_stats = false; // stream_options
  bool return_token_ids = false;
  bool return_tokens_as_token_ids = false; // names in logprobs are `token_id:N`
  std::string user;                        // empty when absent
};

} // namespace hadal::net
