#include "net/openai/json_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace hadal::net {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

void append_escape(std::string& out, unsigned char c) {
  static constexpr char digits[] = "0123456789abcdef";
  switch (c) {
  case '"': out += "\\\""; return;
  case '\\': out += "\\\\"; return;
  case '\b': out += "\\b"; return;
  case '\f': out += "\\f"; return;
  case '\n': out += "\\n"; return;
  case '\r': out += "\\r"; return;
  case '\t': out += "\\t"; return;
  default:
    out += "\\u00";
    out += digits[c >> 4];
    out += digits[c & 15];
  }
}

bool is_plain(unsigned char c) noexcept {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
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

void append_string(std::string& out, std::string_view text, bool escape_line_ends) {
  out += '"';
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && is_plain(static_cast<unsigned char>(text[run])))
      ++run;
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (text.empty())
      break;
    const auto c = static_cast<unsigned char>(text.front());
    if (c < 0x80) {
      append_escape(out, c);
      text.remove_prefix(1);
      continue;
    }
    std::size_t broken_bytes = 0;
    const std::size_t length = utf8_sequence_length(text, broken_bytes);
    if (length == 0) {
      out.append(replacement);
      text.remove_prefix(broken_bytes);
      continue;
    }
    const std::string_view sequence = text.substr(0, length);
    const std::string_view escape = escape_line_ends ? line_end_escape(sequence) : "";
    out.append(escape.empty() ? sequence : escape);
    text.remove_prefix(length);
  }
  out += '"';
}

template <class T>
void append_number(std::string& out, T value) {
  std::array<char, 32> digits{};
  const auto [end, ec] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  append_string(out, text, true);
}

void append_json_string_plain(std::string& out, std::string_view text) {
  append_string(out, text, false);
}

void append_json_integer(std::string& out, std::int64_t value) {
  append_number(out, value);
}

void append_json_integer(std::string& out, std::uint64_t value) {
  append_number(out, value);
}

void append_json_logprob(std::string& out, float value) {
  append_number(out, std::isfinite(value) ? value : -9999.0F);
}

void append_json_real(std::string& out, double value) {
  const double size = std::fabs(value);
  std::array<char, 64> digits{};
  const bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto [end, ec] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value,
                    fixed ? std::chars_format::fixed : std::chars_format::scientific);
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out.append(text);
  if (fixed && text.find('.') == std::string_view::npos)
    out += ".0";
}

std::size_t utf8_sequence_length(std::string_view text, std::size_t& broken_bytes) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  broken_bytes = 1;
  if (text.empty())
    return 0;
  const unsigned char lead = byte(0);
  if (lead < 0x80)
    return 1;
  // The second byte's range is what excludes overlong forms, surrogates and values past U+10FFFF.
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    low = lead == 0xE0 ? 0xA0 : 0x80;
    high = lead == 0xED ? 0x9F : 0xBF;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    low = lead == 0xF0 ? 0x90 : 0x80;
    high = lead == 0xF4 ? 0x8F : 0xBF;
  } else {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || byte(i) < low || byte(i) > high) {
      broken_bytes = i;
      return 0;
    }
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

bool is_utf8(std::string_view text) noexcept {
  std::size_t broken_bytes = 0;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text, broken_bytes);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

} // namespace hadal::net
