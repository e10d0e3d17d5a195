#pragma once
// Parses tokens to a program.

#include "base/result.hpp"
#include "model/chat/template/syntax.hpp"

#include <string_view>

namespace hadal::model::templates {

/// Errors: invalid_request; the message begins with "line N: " and names what was expected.
result<program> parse(std::string_view source);

} // namespace hadal::model::templates
