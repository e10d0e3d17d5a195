#pragma once
// Renders a conversation into the prompt of a DeepSeek model. What the template writes is control
// text; whatever came from the client (contents, names, arguments, results, tool definitions) is
// plain text, in which no special token can hide. The text begins with BOS: encode it with
// tokenizer::encode, which adds no other.
//
//   const auto encoder = chat_encoder(choose_chat_encoding(config.arch, *vocabulary), *vocabulary);
//   auto prompt = encoder.encode(conversation);          // result<marked_text>
//   auto ids = vocabulary->encode(*prompt);

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/chat/chat_encoding.hpp"
#include "model/tokenizer/marked_text.hpp"

#include <string>

namespace hadal::model {

/// The texts of the tokens that begin a prompt and end an assistant turn.
struct chat_boundary_tokens {
  std::string bos = "<｜begin▁of▁sentence｜>";
  std::string eos = "<｜end▁of▁sentence｜>";
};

class chat_encoder {
public:
  chat_encoder(chat_encoding encoding, chat_boundary_tokens tokens)
    : encoding_(encoding), tokens_(std::move(tokens)) {}

  /// Takes BOS and EOS from the tokenizer, DeepSeek's own where it names none.
  chat_encoder(chat_encoding encoding, const tokenizer& vocabulary);

  /// Errors: invalid_request with `param` naming the field ("messages[2].role",
  /// "tools[0].function.name"): no messages, an unknown role, a last message that cannot be
  /// continued, tools or tool messages where the format has none, malformed tools or arguments.
  result<marked_text> encode(const chat_conversation& conversation) const;

  chat_encoding encoding() const noexcept { return encoding_; }

private:
  chat_encoding encoding_;
  chat_boundary_tokens tokens_;
};

} // namespace hadal::model
