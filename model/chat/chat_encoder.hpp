#pragma once
// Renders a conversation into the prompt of a DeepSeek model, in one of the native formats or by a
// chat template. What the format or template writes is control text; what the client wrote
// (contents, names, arguments, results, tool definitions) is plain text, which never becomes a
// special token. The text begins with BOS: encode it with tokenizer::encode, which adds no second
// one.
//
//   const auto encoder = chat_encoder(choose_chat_encoding(config.arch, *vocabulary), *vocabulary);
//   auto prompt = encoder.encode(conversation);          // result<marked_text>
//   auto ids = vocabulary->encode(*prompt);

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/chat/chat_encoding.hpp"
#include "model/tokenizer/marked_text.hpp"

#include <memory>
#include <string>

namespace hadal::model {

class chat_template;

/// The texts of the tokens that begin a prompt and end an assistant turn.
struct chat_boundary_tokens {
  std::string bos = "<｜begin▁of▁sentence｜>";
  std::string eos = "<｜end▁of▁sentence｜>";
};

class chat_encoder {
public:
  chat_encoder(chat_encoding encoding, chat_boundary_tokens tokens)
    : encoding_(encoding), tokens_(std::move(tokens)) {}

  /// Takes BOS and EOS from the tokenizer, DeepSeek's own if it names none.
  chat_encoder(chat_encoding encoding, const tokenizer& vocabulary);

  /// Encodes with `written`; `nearest` is the native format that is most similar to it.
  chat_encoder(std::shared_ptr<const chat_template> written, chat_encoding nearest)
    : encoding_(nearest), template_(std::move(written)) {}

  /// Errors: invalid_request with `param` naming the field ("messages[2].role",
  /// "tools[0].function.name"): no messages, an unknown role, a last message that cannot be
  /// continued, results that answer no call (tool_results.hpp), tools or tool messages where the
  /// format has none, malformed tools or arguments; a refusal of a template.
  result<marked_text> encode(const chat_conversation& conversation) const;

  /// The native format, or the one nearest to the template.
  chat_encoding encoding() const noexcept { return encoding_; }

  /// True when a template writes the prompts.
  bool has_template() const noexcept { return template_ != nullptr; }

private:
  result<marked_text> write(const chat_conversation& c) const;

  chat_encoding encoding_;
  chat_boundary_tokens tokens_;
  std::shared_ptr<const chat_template> template_; // null: the native format
};

} // namespace hadal::model
