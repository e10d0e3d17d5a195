#pragma once
// The part of str.format() that templates use.

#include "model/chat/template/value.hpp"

#include <string_view>

namespace hadal::model::templates {

/// `pattern` with its fields replaced by str() of the arguments: "{}" by the next one, "{0}" and
/// "{name}" by theirs; "{{" and "}}" are braces. Every part keeps its mark. Fails for other fields
/// (attributes, indices, conversions, format specifications), and for those without an argument.
marked_text formatted(run_state& state, const marked_text& pattern,
                      const call_arguments& arguments);

} // namespace hadal::model::templates
