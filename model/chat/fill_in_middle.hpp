#pragma once
// The prompt of a model that fills a gap: the text before it, the hole, the text after it,
// marked by three added tokens of DeepSeek's vocabularies. The model's answer is the text in the
// hole.

#include "base/ids.hpp"
#include "base/result.hpp"

#include <string_view>
#include <vector>

namespace hadal::model {

class tokenizer;

/// `<｜fim▁begin｜>prefix<｜fim▁hole｜>suffix<｜fim▁end｜>` as a raw prompt: with the tokens that the
/// configuration adds, and with added tokens found in the texts. Errors: invalid_request (param =
/// "suffix": the vocabulary lacks one of the three).
result<std::vector<token_id>> encode_fill_in_middle(const tokenizer& vocabulary,
                                                    std::string_view prefix,
                                                    std::string_view suffix);

} // namespace hadal::model
