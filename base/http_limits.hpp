#pragma once
// Limits of HTTP that only net and the server's flags know, apart from base/limits.hpp because half
// of the tree includes that.

#include "base/limits.hpp"

#include <cstddef>
#include <cstdint>

namespace hadal::limits {

// The body of a request that fills the context; for small contexts body_bytes_max. 16 bytes a token
// hold an id of six digits with its comma and blank (8 bytes), and a token of two Chinese
// characters from a client that writes them as \uXXXX (12 bytes), the ends of a message besides.
inline constexpr std::size_t body_bytes_per_token = 16;

// Whatever the context or the flag.
inline constexpr std::size_t body_bytes_most = std::size_t{1} << 30;

// How long a browser may keep the answer to a preflight; Chromium keeps none longer.
inline constexpr std::uint32_t cors_max_age_s = 7'200;

static_assert(body_bytes_most > body_bytes_max);

} // namespace hadal::limits
