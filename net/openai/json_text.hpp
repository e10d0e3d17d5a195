#pragma once
// JSON written by hand: every function appends to a string. Output is always valid UTF-8: each
// maximal part of an invalid sequence becomes one U+FFFD.

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::net {

/// A quoted string for answers. U+0085, U+2028 and U+2029 are escaped too: clients that split an
/// event stream with a text library would split there.
void append_json_string(std::string& out, std::string_view text);

/// A quoted string for prompts: only quote, backslash and the controls below U+0020 are escaped.
void append_json_string_plain(std::string& out, std::string_view text);

void append_json_integer(std::string& out, std::int64_t value);
void append_json_integer(std::string& out, std::uint64_t value);

/// A log probability in its shortest spelling; values that are not finite, which JSON lacks, become
/// -9999.
void append_json_logprob(std::string& out, float value);

/// A real number in its shortest spelling, never like an integer: 1.0, 0.1, 1e-07, 1e+16.
void append_json_real(std::string& out, double value);

/// The length of the UTF-8 sequence at the start of `text` (1 to 4), or 0 if it is invalid. Then
/// `broken_bytes` is the number of bytes that one U+FFFD replaces.
std::size_t utf8_sequence_length(std::string_view text, std::size_t& broken_bytes) noexcept;

bool is_utf8(std::string_view text) noexcept;

} // namespace hadal::net
