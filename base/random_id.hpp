#pragma once
// Ids that clients see: a prefix that says of what, and 24 letters and digits.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hadal {

/// `prefix` and 24 letters and digits drawn from `random` (three draws of 64 uniform bits).
/// Prefixes in use: "chatcmpl-", "cmpl-", "call_".
std::string random_id(std::string_view prefix, const std::array<std::uint64_t, 3>& random);

} // namespace hadal
