#pragma once
// tokenizer_config.json: the special tokens around a text, and which tokens are special. Unknown
// members are ignored.

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

/// One of a checkpoint's chat templates; a single one is named "default".
struct named_chat_template {
  std::string name;
  std::string text;
};

struct tokenizer_config {
  std::optional<bool> add_bos_token; // empty: the post-processor of tokenizer.json decides
  std::optional<bool> add_eos_token;
  std::optional<std::string> bos_token; // texts; a string or {"content": ...} in the file
  std::optional<std::string> eos_token;
  std::optional<std::string> pad_token;
  std::optional<std::int64_t> model_max_length;    // empty if the file has transformers' 1e30
  std::vector<named_chat_template> chat_templates; // `chat_template`, one text or several
};

/// Errors: invalid_tokenizer; the message begins with the member at fault, `param` is empty.
result<tokenizer_config> parse_tokenizer_config(std::string_view text);

} // namespace hadal::model
