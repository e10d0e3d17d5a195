#include "model/chat/template/python_text.hpp"

#include "base/utf8.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>

namespace hadal::model::templates {

namespace {

// str.isprintable() of one character: no control, no separator but the space, assigned.
bool is_printable(char32_t c) {
  static const category_mask hidden = *category_mask_of("C") | *category_mask_of("Zl") |
                                      *category_mask_of("Zp") | *category_mask_of("Zs");
  return c == U' ' || (category_of(c) & hidden) == 0;
}

void append_hex_escape(std::string& out, char32_t c) {
  const auto number = static_cast<std::uint32_t>(c);
  if (number < 0x100)
    out += fmt::format("\\x{:02x}", number);
  else if (number < 0x10000)
    out += fmt::format("\\u{:04x}", number);
  else
    out += fmt::format("\\U{:08x}", number);
}

} // namespace

std::string python_float(double value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value < 0 ? "-inf" : "inf";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific);
  std::string_view shortest(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = shortest.find('e');
  const std::string_view exponent_text = shortest.substr(e + 1);
  int exponent = 0;
  std::from_chars(exponent_text.data() + (exponent_text.front() == '+' ? 1 : 0),
                  exponent_text.data() + exponent_text.size(), exponent);
  std::string_view mantissa = shortest.substr(0, e);
  std::string out;
  if (mantissa.front() == '-') {
    out = "-";
    mantissa.remove_prefix(1);
  }
  if (exponent < -4 || exponent >= 16)
    return out + fmt::format("{}e{}{:02}", mantissa, exponent < 0 ? '-' : '+', std::abs(exponent));
  std::string digits(1, mantissa.front());
  if (mantissa.size() > 1)
    digits += mantissa.substr(2);
  if (exponent < 0)
    return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole)
    return out + digits + std::string(whole - digits.size(), '0') + ".0";
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

void append_repr(std::string& out, std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  out += quote;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t bytes = 0;
    const char32_t c = decode_front(text.substr(at), bytes);
    if (c == static_cast<char32_t>(quote) || c == U'\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == U'\n') {
      out += "\\n";
    } else if (c == U'\r') {
      out += "\\r";
    } else if (c == U'\t') {
      out += "\\t";
    } else if (is_printable(c)) {
      out += text.substr(at, bytes);
    } else {
      append_hex_escape(out, c);
    }
    at += bytes;
  }
  out += quote;
}

bool is_python_space(char32_t c) noexcept {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

std::size_t leading_space(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t bytes = 0;
    if (!is_python_space(decode_front(text.substr(at), bytes)))
      break;
    at += bytes;
  }
  return at;
}

std::size_t size_without_trailing_space(std::string_view text) noexcept {
  std::size_t end = text.size();
  while (end > 0) {
    std::size_t begin = end;
    if (!is_python_space(decode_back(text, begin)))
      break;
    end = begin;
  }
  return end;
}

} // namespace hadal::model::templates
