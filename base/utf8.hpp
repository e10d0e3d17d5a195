#pragma once
// UTF-8: encoding, checking, decoding, and replacing invalid bytes by U+FFFD exactly as Python's
// decode(errors="replace") and Rust's from_utf8_lossy do: one replacement for each maximal prefix
// of a sequence that cannot be completed (Unicode, section 3.9).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hadal {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD"; // U+FFFD

// -- code points ------------------------------------------------------------------------------

constexpr bool is_high_surrogate(char32_t c) noexcept {
  return c >= 0xD800 && c < 0xDC00;
}

constexpr bool is_low_surrogate(char32_t c) noexcept {
  return c >= 0xDC00 && c < 0xE000;
}

/// True for what UTF-8 can encode: up to U+10FFFF, no surrogate.
constexpr bool is_code_point(char32_t c) noexcept {
  return c < 0xD800 || (c >= 0xE000 && c <= 0x10FFFF);
}

/// The code point that a pair of UTF-16 surrogates stands for.
constexpr char32_t join_surrogates(char32_t high, char32_t low) noexcept {
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

// -- bytes --------------------------------------------------------------------------------------

/// True for a byte that continues a code point.
constexpr bool continues_code_point(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

/// Number of bytes that begin a code point; of valid UTF-8 the number of code points.
std::size_t count_code_points(std::string_view text) noexcept;

/// Appends the encoding of `c`, which must be a code point as above.
void append_utf8(std::string& out, char32_t c);

enum class utf8_kind : std::uint8_t {
  complete,   // one code point
  invalid,    // bytes that no continuation makes valid
  incomplete, // the text ends inside a code point that is valid so far
};

/// The kind of sequence at the begin of a text, and its bytes (1 to 4; 1 to 3 unless complete).
struct utf8_unit {
  utf8_kind kind;
  std::size_t bytes;
};

/// `text` must not be empty.
utf8_unit utf8_front(std::string_view text) noexcept;

/// The code point at the front of valid UTF-8; `bytes` receives its length.
char32_t decode_front(std::string_view text, std::size_t& bytes) noexcept;

/// The code point that ends just before `end` in valid UTF-8; `end` moves to its first byte.
char32_t decode_back(std::string_view text, std::size_t& end) noexcept;

bool is_valid_utf8(std::string_view text) noexcept;

/// Appends `text` with each invalid or incomplete sequence replaced by U+FFFD.
void append_valid_utf8(std::string& out, std::string_view text);

/// Length of the longest prefix that does not end inside a code point.
std::size_t complete_prefix(std::string_view text) noexcept;

} // namespace hadal
