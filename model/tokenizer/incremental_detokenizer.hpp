#pragma once
// The text of one token stream as it grows: never half a character. What is pushed, joined with
// what flush() gives, is exactly tokenizer::decode of all tokens.

#include "model/tokenizer/tokenizer.hpp"

#include <memory>
#include <string>

namespace hadal::model {

class incremental_detokenizer {
public:
  incremental_detokenizer(std::shared_ptr<const tokenizer> vocabulary, bool skip_special_tokens)
    : vocabulary_(std::move(vocabulary)), skip_special_tokens_(skip_special_tokens) {}

  /// The text that can be shown now that `id` has come; valid UTF-8, often empty. Holds back at
  /// most the three bytes of an unfinished character; bytes that cannot become one are U+FFFD.
  std::string push(token_id id);

  /// The end of the stream: U+FFFD where it ends inside a character, else nothing.
  std::string flush();

  /// Bytes held back, 0 to 3.
  std::size_t pending_bytes() const noexcept { return pending_.size(); }

private:
  std::shared_ptr<const tokenizer> vocabulary_;
  bool skip_special_tokens_;
  std::string pending_;
};

} // namespace hadal::model
