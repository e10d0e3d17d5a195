#pragma once
// Lists of numbers as Linux writes them under /sys: "0-3,8,10-11".

#include <optional>
#include <string_view>
#include <vector>

namespace hadal::kernels {

/// Numbers of CPUs and nodes are below this; a larger one means a damaged file.
inline constexpr int cpu_number_end = 8192;

/// The numbers of a list, in its order. Blanks around it and a line end after it are allowed; an
/// empty text is an empty list. Null: not a list, a descending range, or a number too large.
std::optional<std::vector<int>> parse_cpu_list(std::string_view text);

} // namespace hadal::kernels
