#pragma once
// The text that a quoted string of a template's source stands for.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace hadal::model::templates {

/// `inside` is what stands between the quotes. Escapes are Python's; an unknown one stays as it is
/// written. Errors: invalid_request, saying which escape is broken.
result<std::string> unescaped(std::string_view inside);

} // namespace hadal::model::templates
