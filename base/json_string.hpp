#pragma once
// JSON strings, written by hand: what JSON requires is escaped in its shortest form, and what else
// is escaped is an argument.

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal {

enum class json_escapes : std::uint8_t {
  /// Quote, backslash and the controls below U+0020. Other bytes are copied unseen, so a text may
  /// come in pieces of any size.
  required,
  /// Also U+0085, U+2028 and U+2029: clients that split an event stream with a text library would
  /// split there. The output is valid UTF-8: each maximal part of an invalid sequence is one U+FFFD.
  line_ends,
  /// Also every character beyond ASCII, as one or two \uXXXX. `text` is valid UTF-8.
  non_ascii,
};

/// True for the ASCII characters that JSON requires to be escaped.
constexpr bool needs_json_escape(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// Appends `text` as the inside of a JSON string.
void append_json_characters(std::string& out, std::string_view text, json_escapes escapes);

/// The same between quotes.
void append_json_string(std::string& out, std::string_view text, json_escapes escapes);

} // namespace hadal
