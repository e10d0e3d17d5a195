#pragma once
// A tokenizer whose ids are bytes: id b < 256 is the byte b. Added tokens: 256 `<bos>`, 257
// `<eos>`, 258 `<user>`, 259 `<assistant>` (the first two special). Raw prompts begin with
// BOS.

#include "model/tokenizer/tokenizer.hpp"

#include <memory>
#include <string>

namespace hadal::tests {

inline constexpr token_id bos_id = 256;
inline constexpr token_id eos_id = 257;

std::shared_ptr<const model::tokenizer> byte_tokenizer();

/// The ids of a text: its bytes.
std::vector<token_id> bytes_of(std::string_view text);

} // namespace hadal::tests
