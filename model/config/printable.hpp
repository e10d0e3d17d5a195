#pragma once
// Text of files, made safe for an error message or a log line.

#include <string>
#include <string_view>

namespace hadal::model {

/// At most 200 bytes of `text` (then "..."), every byte that is not printable ASCII as '?'.
std::string printable(std::string_view text);

} // namespace hadal::model
