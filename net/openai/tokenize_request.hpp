#pragma once
// The bodies of POST /tokenize and POST /detokenize as plain records.

#include "base/ids.hpp"
#include "net/openai/chat_request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hadal::net {

/// Exactly one of `prompts` (non-empty) and `chat` is given.
struct tokenize_request {
  std::string model; // empty when absent
  std::vector<std::string> prompts;
  bool prompt_is_array = false; // then the answer's tokens and count are arrays too
  std::optional<conversation> chat;
  bool add_special_tokens = true; // default: true for prompts, false for messages
};

struct detokenize_request {
  std::string model;                        // empty when absent
  std::vector<std::vector<token_id>> lists; // ids >= 0
  bool is_array_of_arrays = false;          // then the answer's text is an array too
  bool skip_special_tokens = true;
};

} // namespace hadal::net
