#pragma once
// The text of a growing token stream, in whole characters. The results of all calls of push() and
// of flush() joined are exactly tokenizer::decode of all tokens.

#include "model/tokenizer/tokenizer.hpp"

#include <memory>
#include <string>

namespace hadal::model {

class incremental_detokenizer {
public:
  incremental_detokenizer(std::shared_ptr<const tokenizer> vocabulary, bool skip_special_tokens)
    : vocabulary_(std::move(vocabulary)), skip_special_tokens_(skip_special_tokens) {}

  /// Takes a token and returns the text that is complete now: valid UTF-8, often empty. Holds back
  /// at most three bytes of an unfinished character; bytes that cannot become one are U+FFFD.
  std::string push(token_id id);

  /// Ends the stream: U+FFFD if it ends inside a character, else nothing.
  std::string flush();

  /// Bytes held back, 0 to 3.
  std::size_t pending_bytes() const noexcept { return pending_.size(); }

private:
  std::shared_ptr<const tokenizer> vocabulary_;
  bool skip_special_tokens_;
  std::string pending_;
};

} // namespace hadal::model
