#include "model/tokenizer/incremental_detokenizer.hpp"

#include "base/utf8.hpp"

#include <utility>

namespace hadal::model {

std::string incremental_detokenizer::push(token_id id) {
  if (skip_special_tokens_ && vocabulary_->is_special(id))
    return {};
  pending_ += vocabulary_->token_bytes(id);
  const std::size_t ready = complete_prefix(pending_);
  std::string text;
  append_valid_utf8(text, std::string_view(pending_).substr(0, ready));
  pending_.erase(0, ready);
  return text;
}

std::string incremental_detokenizer::flush() {
  std::string text;
  append_valid_utf8(text, std::exchange(pending_, {}));
  return text;
}

} // namespace hadal::model
