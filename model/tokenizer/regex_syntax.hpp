#pragma once
// Translates the regular expressions of tokenizer.json, which are written for Oniguruma, into PCRE2
// patterns that match the same text with every Unicode version of PCRE2: \s, \d and \p{..} become
// classes from our own tables; '^', '$' and '.' get Oniguruma's meaning. A construct whose meaning
// may differ is refused by name.

#include "base/result.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace hadal::model {

/// The code points that PCRE2 itself matches by \p{name}; `name` is one of L, Lu, ... A property
/// with code points that ours lacks is spelled out as ranges.
using pcre2_property = std::function<code_point_set(std::string_view name)>;

/// Errors: invalid_tokenizer with the construct and its byte offset; `param` is empty.
result<std::string> translate_regex(std::string_view pattern, const pcre2_property& property);

} // namespace hadal::model
