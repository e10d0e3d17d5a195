#include "base/json_string.hpp"

#include "base/utf8.hpp"

#include <array>
#include <cstddef>

namespace hadal {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

void append_unit(std::string& out, std::uint32_t unit) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += hex_digits[unit >> shift & 15];
}

void append_escape(std::string& out, char c) {
  switch (c) {
  case '"': out += "\\\""; return;
  case '\\': out += "\\\\"; return;
  case '\b': out += "\\b"; return;
  case '\f': out += "\\f"; return;
  case '\n': out += "\\n"; return;
  case '\r': out += "\\r"; return;
  case '\t': out += "\\t"; return;
  default: append_unit(out, static_cast<unsigned char>(c));
  }
}

/// The escape of a character that some text libraries treat as a line end, or empty.
std::string_view line_end_escape(std::string_view sequence) noexcept {
  if (sequence == "\xC2\x85")
    return "\\u0085";
  if (sequence == "\xE2\x80\xA8")
    return "\\u2028";
  if (sequence == "\xE2\x80\xA9")
    return "\\u2029";
  return {};
}

bool may_end_line(char lead) noexcept {
  return lead == '\xC2' || lead == '\xE2';
}

/// By byte, whether it is an ASCII character that is written as it stands.
constexpr auto is_plain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c)
    plain[c] = !needs_json_escape(static_cast<char>(c));
  return plain;
}();

/// Bytes at the front of `text` that are written as they stand.
template <json_escapes Escapes>
std::size_t copied_bytes(std::string_view text) noexcept {
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_plain[static_cast<unsigned char>(text[at])])
      ++at;
    if (at == text.size() || needs_json_escape(text[at]) || Escapes == json_escapes::non_ascii)
      return at;
    if constexpr (Escapes == json_escapes::required) {
      ++at;
    } else {
      const utf8_unit unit = utf8_front(text.substr(at));
      if (unit.kind != utf8_kind::complete ||
          (may_end_line(text[at]) && !line_end_escape(text.substr(at, unit.bytes)).empty()))
        return at;
      at += unit.bytes;
    }
  }
}

/// Writes the line end or the broken sequence that `text` begins with; returns its bytes.
std::size_t append_line_end(std::string& out, std::string_view text) {
  const utf8_unit unit = utf8_front(text);
  out += unit.kind == utf8_kind::complete ? line_end_escape(text.substr(0, unit.bytes))
                                          : replacement_character;
  return unit.bytes;
}

/// Writes the escape of the character beyond ASCII that `text` begins with; returns its bytes.
std::size_t append_code_point(std::string& out, std::string_view text) {
  std::size_t bytes = 0;
  const auto c = static_cast<std::uint32_t>(decode_front(text, bytes));
  if (c < 0x10000) {
    append_unit(out, c);
  } else {
    append_unit(out, 0xD800 + ((c - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
  }
  return bytes;
}

/// Writes the character that `text` begins with and that is not copied; returns its bytes.
template <json_escapes Escapes>
std::size_t append_escaped(std::string& out, std::string_view text) {
  if constexpr (Escapes == json_escapes::line_ends) {
    if (!needs_json_escape(text.front()))
      return append_line_end(out, text);
  } else if constexpr (Escapes == json_escapes::non_ascii) {
    if (!needs_json_escape(text.front()))
      return append_code_point(out, text);
  }
  append_escape(out, text.front());
  return 1;
}

template <json_escapes Escapes>
void append(std::string& out, std::string_view text) {
  while (true) {
    const std::size_t copied = copied_bytes<Escapes>(text);
    out.append(text.data(), copied);
    if (copied == text.size())
      return;
    text.remove_prefix(copied);
    text.remove_prefix(append_escaped<Escapes>(out, text));
  }
}

/// Appends a short text without anything to escape, as most tokens are, with its quotes: in one
/// write, because growing `out` three times costs more than the text. False if it is another text.
bool append_whole(std::string& out, std::string_view text, json_escapes escapes) {
  std::array<char, 64> quoted;
  if (text.size() + 2 > quoted.size())
    return false;
  quoted[0] = '"';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_plain[static_cast<unsigned char>(c)]) {
      quoted[++at] = c;
      continue;
    }
    if (needs_json_escape(c) || may_end_line(c) || escapes == json_escapes::non_ascii)
      return false;
    const utf8_unit unit = utf8_front(text.substr(at));
    if (unit.kind != utf8_kind::complete)
      return false;
    for (const std::size_t end = at + unit.bytes; at < end; ++at)
      quoted[at + 1] = text[at];
  }
  quoted[text.size() + 1] = '"';
  out.append(quoted.data(), text.size() + 2);
  return true;
}

template <json_escapes Escapes>
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append<Escapes>(out, text);
  out += '"';
}

} // namespace

void append_json_characters(std::string& out, std::string_view text, json_escapes escapes) {
  switch (escapes) {
  case json_escapes::required: return append<json_escapes::required>(out, text);
  case json_escapes::line_ends: return append<json_escapes::line_ends>(out, text);
  case json_escapes::non_ascii: return append<json_escapes::non_ascii>(out, text);
  }
}

void append_json_string(std::string& out, std::string_view text, json_escapes escapes) {
  if (append_whole(out, text, escapes))
    return;
  switch (escapes) {
  case json_escapes::required: return append_quoted<json_escapes::required>(out, text);
  case json_escapes::line_ends: return append_quoted<json_escapes::line_ends>(out, text);
  case json_escapes::non_ascii: return append_quoted<json_escapes::non_ascii>(out, text);
  }
}

} // namespace hadal
