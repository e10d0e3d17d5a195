#pragma once
// Limits of HTTP that only net and the server's flags know, separate from base/limits.hpp, which
// half of the tree includes.

#include "base/limits.hpp"

#include <cstddef>
#include <cstdint>

namespace hadal::limits {

// The body of a request that fills the context; for small contexts body_bytes_max. 16 bytes per
// token suffice for an id of six digits with comma and blank (8 bytes), and for a token of two
// Chinese characters written as \uXXXX (12 bytes), plus the ends of a message.
inline constexpr std::size_t body_bytes_per_token = 16;

// For every context and flag.
inline constexpr std::size_t body_bytes_most = std::size_t{1} << 30;

// How long a browser may cache the answer to a preflight; the maximum of Chromium.
inline constexpr std::uint32_t cors_max_age_s = 7'200;

static_assert(body_bytes_most > body_bytes_max);

} // namespace hadal::limits
