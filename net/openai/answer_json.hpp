#pragma once
// JSON that the stream encoders and the answer builders share.

#include "net/openai/answer.hpp"

#include <span>
#include <string>
#include <string_view>

namespace hadal::net {

/// `{"id":...,"object":...,"created":...,"model":...` without the closing brace.
void append_identity(std::string& out, const answer_identity& identity, std::string_view object);

/// `{"prompt_tokens":...}`
void append_usage(std::string& out, const token_usage& usage);

/// `"finish_reason":...,"matched_stop":...`; both null without an end.
void append_end(std::string& out, const choice_end* end);

/// `[1,2,3]`
void append_ids(std::string& out, std::span<const token_id> ids);

/// Entries of chat's logprobs.content, separated by commas.
void append_chat_logprobs(std::string& out, std::span<const token_logprob> tokens, bool as_ids);

/// The four parallel arrays of a completion's logprobs, as the text between their brackets.
struct completion_logprobs_json {
  std::string tokens;
  std::string token_logprobs;
  std::string top_logprobs;
  std::string text_offset;

  void append(const token_logprob& token, bool as_ids);
  /// `{"tokens":[...],...}`
  void append_to(std::string& out) const;
};

} // namespace hadal::net
