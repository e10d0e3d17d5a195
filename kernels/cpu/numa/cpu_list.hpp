#pragma once
// Lists of numbers as Linux writes them under /sys: "0-3,8,10-11".

#include <optional>
#include <string_view>
#include <vector>

namespace hadal::kernels {

/// CPUs and nodes have numbers below this; a larger one is a damaged file.
inline constexpr int cpu_number_end = 8192;

/// The numbers of a list, as they come; blanks around it and a line end behind it are allowed, and
/// an empty list is one. Null: not a list, a range that runs backwards, a number too large.
std::optional<std::vector<int>> parse_cpu_list(std::string_view text);

} // namespace hadal::kernels
