#pragma once
// The values of JSON schema's `format` that are enforced, as regular expressions over the whole
// string. Each matches only strings that every validator accepts, not always all of them (a host
// name is ASCII, a year has four digits and no leading zero).

#include <string>
#include <string_view>

namespace hadal::model {

/// Empty for a format that is not enforced.
std::string format_pattern(std::string_view format);

} // namespace hadal::model
