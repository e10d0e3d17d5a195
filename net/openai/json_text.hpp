#pragma once
// JSON written by hand: every function appends to a string. Output is always valid UTF-8.

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::net {

/// A quoted string for answers (json_escapes::line_ends).
void append_json_string(std::string& out, std::string_view text);

void append_json_integer(std::string& out, std::int64_t value);
void append_json_integer(std::string& out, std::uint64_t value);

/// A log probability in its shortest spelling; values that are not finite, which JSON lacks, become
/// -9999.
void append_json_logprob(std::string& out, float value);

/// A real number in its shortest spelling, never like an integer: 1.0, 0.1, 1e-07, 1e+16.
void append_json_real(std::string& out, double value);

} // namespace hadal::net
