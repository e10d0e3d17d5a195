#pragma once
// Translates the regular expressions of tokenizer.json, which are written for Oniguruma, into PCRE2
// patterns that match the same text whatever Unicode version PCRE2 has: \s, \d and \p{..} become
// classes made from our own tables, '^', '$' and '.' get Oniguruma's meaning. What is not known to
// mean the same is refused by name.

#include "base/result.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace hadal::model {

/// The code points that PCRE2 itself takes for \p{name}, `name` being one of L, Lu, ... A property
/// that PCRE2 knows too well (has code points that ours lacks) is spelled out as ranges.
using pcre2_property = std::function<code_point_set(std::string_view name)>;

/// Errors: invalid_tokenizer with the construct and its byte offset; `param` is empty.
result<std::string> translate_regex(std::string_view pattern, const pcre2_property& property);

} // namespace hadal::model
