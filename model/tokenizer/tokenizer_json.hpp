#pragma once
// tokenizer.json as the Hugging Face tokenizers library writes it, read and checked: a byte-level
// BPE model, its pre-tokenizer steps and its added tokens. Anything that Hadal cannot reproduce
// exactly (another model, a normalizer, an unknown step) is refused by name.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "model/tokenizer/added_tokens.hpp"
#include "model/tokenizer/bpe.hpp"
#include "model/tokenizer/pre_tokenizer.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

struct tokenizer_json {
  /// One entry of the vocabulary. Ids are distinct, 0 to limits::token_id_max, and may have gaps.
  struct entry {
    token_id id;
    std::string bytes; // bytes of the token, not their spelling in the file
  };
  std::vector<entry> vocabulary;
  /// The token of each byte; -1 if the vocabulary has none (and no unk_token replaces it).
  std::array<token_id, 256> byte_tokens{};
  std::vector<bpe::merge_rule> merges;
  bool ignore_merges = false; // a piece that is an entry becomes that token without merging
  std::vector<pre_tokenizer_step> steps;
  std::vector<added_token> added_tokens; // distinct contents and ids
  /// Tokens that a TemplateProcessing post-processor puts around one text.
  std::vector<token_id> template_prefix;
  std::vector<token_id> template_suffix;
};

/// Errors: invalid_tokenizer; the message begins with the member at fault, `param` is empty.
result<tokenizer_json> parse_tokenizer_json(std::string_view text);

} // namespace hadal::model
