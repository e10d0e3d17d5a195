#pragma once
// TOKENIZER: turns prompts into token ids and token ids into text. Sessions ask; every request gets
// one answer, in any order. There is no state between requests: if a tokenizer dies, its requests
// can be sent to another one. A failure of the input is the field `failure` of the answer; an error
// answer means that the tokenizer itself died.

#include "actors/protocol/inspect.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/chat/output/prompt_reasoning.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hadal::protocol {

/// A raw prompt: added tokens are found in it.
struct raw_prompt {
  std::string text;
  bool add_special_tokens = true; // adds the tokens of the tokenizer's configuration
};

/// Ids are used unchanged.
struct id_prompt {
  std::vector<token_id> ids;
};

/// A text with a gap between these two (model/chat/fill_in_middle.hpp).
struct gap_prompt {
  std::string prefix;
  std::string suffix;
};

using prompt_source = std::variant<model::chat_conversation, raw_prompt, id_prompt, gap_prompt>;

struct encode_prompt {
  std::shared_ptr<const prompt_source> source;
  bool want_text = false; // also return the prompt's text (for `echo`)
};

struct encoded_prompt {
  std::shared_ptr<const std::vector<token_id>> ids; // null on failure
  std::string text;                                 // only if requested
  std::uint32_t added_tokens = 0; // at the front, added by the configuration, not in `text`
  model::prompt_reasoning reasoning = model::prompt_reasoning::unmarked; // of a conversation
  std::optional<error> failure; // invalid_request: a message or an id that cannot be encoded
};

struct decode_tokens {
  std::shared_ptr<const std::vector<token_id>> ids;
  bool skip_special_tokens = true;
};

struct decoded_text {
  std::string text;
  std::optional<error> failure; // invalid_request: an id without an entry
};

using tokenizer_actor = caf::typed_actor<
    // Encodes a prompt.
    caf::replies_to<encode_prompt>::with<encoded_prompt>,
    // Decodes ids.
    caf::replies_to<decode_tokens>::with<decoded_text>>;

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::encode_prompt)
HADAL_IN_PROCESS(hadal::protocol::encoded_prompt)
HADAL_IN_PROCESS(hadal::protocol::decode_tokens)
HADAL_IN_PROCESS(hadal::protocol::decoded_text)
