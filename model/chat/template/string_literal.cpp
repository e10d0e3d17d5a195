#include "model/chat/template/string_literal.hpp"

#include "base/utf8.hpp"

#include <fmt/core.h>

#include <charconv>

namespace hadal::model::templates {

namespace {

// Exactly `digits` hexadecimal digits at the front of `rest`.
result<char32_t> hex_escape(std::string_view rest, std::size_t digits) {
  std::uint32_t number = 0;
  const char* end = rest.data() + std::min(digits, rest.size());
  const auto read = std::from_chars(rest.data(), end, number, 16);
  if (rest.size() < digits || read.ptr != end)
    return fail(error_code::invalid_request,
                fmt::format("an escape in a string expects {} hexadecimal digits", digits));
  if (!is_code_point(number))
    return fail(error_code::invalid_request, "an escape in a string is no character");
  return static_cast<char32_t>(number);
}

char simple_escape(char c) noexcept {
  switch (c) {
  case '\\':
  case '\'':
  case '"': return c;
  case 'a': return '\a';
  case 'b': return '\b';
  case 'f': return '\f';
  case 'n': return '\n';
  case 'r': return '\r';
  case 't': return '\t';
  case 'v': return '\v';
  default: return '\0';
  }
}

std::size_t octal_digits(std::string_view rest) noexcept {
  std::size_t count = 0;
  while (count < rest.size() && count < 3 && rest[count] >= '0' && rest[count] <= '7')
    ++count;
  return count;
}

} // namespace

result<std::string> unescaped(std::string_view inside) {
  std::string out;
  for (std::size_t at = 0; at < inside.size();) {
    if (inside[at] != '\\' || at + 1 == inside.size()) {
      out += inside[at++];
      continue;
    }
    const char kind = inside[at + 1];
    const std::string_view rest = inside.substr(at + 2);
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits > 0) {
      HADAL_TRY_ASSIGN(code_point, hex_escape(rest, digits));
      append_utf8(out, code_point);
      at += 2 + digits;
    } else if (const std::size_t octal = octal_digits(inside.substr(at + 1)); octal > 0) {
      std::uint32_t number = 0;
      std::from_chars(inside.data() + at + 1, inside.data() + at + 1 + octal, number, 8);
      append_utf8(out, static_cast<char32_t>(number));
      at += 1 + octal;
    } else if (kind == 'N') {
      return fail(error_code::invalid_request, "the escape \\N in a string is not supported");
    } else if (kind == '\n') {
      at += 2;
    } else if (const char simple = simple_escape(kind); simple != '\0') {
      out += simple;
      at += 2;
    } else {
      out += '\\';
      ++at;
    }
  }
  return out;
}

} // namespace hadal::model::templates
