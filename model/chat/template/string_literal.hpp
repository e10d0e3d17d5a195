#pragma once
// The value of a string literal in a template's source.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace hadal::model::templates {

/// `inside` is the text between the quotes. Escapes are Python's; an unknown one is kept as
/// written. Errors: invalid_request, naming the broken escape.
result<std::string> unescaped(std::string_view inside);

} // namespace hadal::model::templates
