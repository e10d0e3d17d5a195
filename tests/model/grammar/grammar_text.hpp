#pragma once
// Grammars under test, over a vocabulary of single bytes and some words.

#include "model/grammar/compiled_grammar.hpp"
#include "model/grammar/json_schema.hpp"
#include "model/grammar/regex_pattern.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model::testing {

/// Every byte, then `words` and every text of two letters of `alphabet`.
std::shared_ptr<const token_vocabulary> make_vocabulary(const std::vector<std::string>& words = {},
                                                        std::string_view alphabet = {});

result<compiled_grammar_ptr> compile(grammar_rules& rules,
                                     std::shared_ptr<const token_vocabulary> vocabulary);

/// The grammar of a schema given as JSON text.
result<compiled_grammar_ptr> compile_schema(std::string_view schema,
                                            std::shared_ptr<const token_vocabulary> vocabulary);
result<compiled_grammar_ptr> compile_schema(std::string_view schema);

/// Whether the grammar accepts all of `text` and may end there.
bool takes(const compiled_grammar_ptr& grammar, std::string_view text);

/// Compares, at every byte of `text`, the mask with accepting each token's bytes one by one;
/// returns the number of masks that were wrong.
std::size_t wrong_masks(const compiled_grammar_ptr& grammar, std::string_view text);

} // namespace hadal::model::testing
