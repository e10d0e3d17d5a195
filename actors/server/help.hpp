#pragma once
// The help of a command, written from its flag table: one heading per group; each group fits a
// screen of 24 lines and 80 columns.

#include "actors/server/flags.hpp"

#include <string>
#include <string_view>

namespace hadal::server {

/// `opening` (usage and a sentence), then every group in the table's order.
std::string help_text(std::string_view opening, const flag_table& table);

/// One group, found by its heading in any case. Errors: invalid_config; the message lists the
/// existing groups.
result<std::string> group_help_text(const flag_table& table, std::string_view group);

} // namespace hadal::server
