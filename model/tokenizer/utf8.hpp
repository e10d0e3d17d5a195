#pragma once
// UTF-8 for the tokenizer: reading bytes that may be invalid, and replacing invalid ones by U+FFFD
// exactly as Python's decode(errors="replace") and Rust's from_utf8_lossy do: one replacement for
// each maximal prefix of a sequence that cannot be completed (Unicode, section 3.9).

#include <cstddef>
#include <string>
#include <string_view>

namespace hadal::model {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD"; // U+FFFD

enum class utf8_kind {
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

void append_utf8(std::string& out, char32_t code_point);

bool is_valid_utf8(std::string_view text) noexcept;

/// Appends `text` with each invalid or incomplete sequence replaced by U+FFFD.
void append_valid_utf8(std::string& out, std::string_view text);

/// Length of the longest prefix that does not end inside a code point.
std::size_t complete_prefix(std::string_view text) noexcept;

} // namespace hadal::model
