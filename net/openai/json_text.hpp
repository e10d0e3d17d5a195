#pragma once
// JSON written by hand: every function appends to a string. Output is always valid UTF-8: bytes
// that are not become U+FFFD, one for each maximal piece of a broken sequence.

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::net {

/// A quoted string for answers. Besides what JSON asks for, U+0085, U+2028 and U+2029 are escaped:
/// clients that split an event stream with a text library's idea of a line would break there.
void append_json_string(std::string& out, std::string_view text);

/// A quoted string for prompts: only quote, backslash and the controls below U+0020 are escaped.
void append_json_string_plain(std::string& out, std::string_view text);

void append_json_integer(std::string& out, std::int64_t value);
void append_json_integer(std::string& out, std::uint64_t value);

/// A log probability in its shortest spelling; JSON has no infinities, so anything that is not
/// finite is -9999.
void append_json_logprob(std::string& out, float value);

/// A fraction in its shortest spelling, always recognisable as one: 1.0, 0.1, 1e-07, 1e+16.
void append_json_real(std::string& out, double value);

/// The length of the UTF-8 sequence at the start of `text` (1 to 4), or 0 when it is broken. Then
/// `broken_bytes` is how many bytes one U+FFFD stands for.
std::size_t utf8_sequence_length(std::string_view text, std::size_t& broken_bytes) noexcept;

bool is_utf8(std::string_view text) noexcept;

} // namespace hadal::net
