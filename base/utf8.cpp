#include "base/utf8.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>

namespace hadal {

namespace {

struct lead_byte {
  std::size_t length;       // 0: cannot begin a code point
  unsigned char low = 0x80; // bounds of the second byte
  unsigned char high = 0xBF;
};

// Table 3-7 of the Unicode standard: overlong forms, surrogates and values over U+10FFFF are
// excluded by the second byte.
lead_byte classify(unsigned char c) noexcept {
  if (c < 0x80)
    return {1};
  if (c < 0xC2)
    return {0};
  if (c < 0xE0)
    return {2};
  if (c == 0xE0)
    return {3, 0xA0, 0xBF};
  if (c == 0xED)
    return {3, 0x80, 0x9F};
  if (c < 0xF0)
    return {3};
  if (c == 0xF0)
    return {4, 0x90, 0xBF};
  if (c < 0xF4)
    return {4};
  if (c == 0xF4)
    return {4, 0x80, 0x8F};
  return {0};
}

unsigned char byte_at(std::string_view text, std::size_t i) noexcept {
  return static_cast<unsigned char>(text[i]);
}

} // namespace

std::size_t count_code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_code_point(c); }));
}

utf8_unit utf8_front(std::string_view text) noexcept {
  const lead_byte lead = classify(byte_at(text, 0));
  if (lead.length == 0)
    return {utf8_kind::invalid, 1};
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (i == text.size())
      return {utf8_kind::incomplete, i};
    const unsigned char low = i == 1 ? lead.low : 0x80;
    const unsigned char high = i == 1 ? lead.high : 0xBF;
    if (byte_at(text, i) < low || byte_at(text, i) > high)
      return {utf8_kind::invalid, i};
  }
  return {utf8_kind::complete, lead.length};
}

char32_t decode_front(std::string_view text, std::size_t& bytes) noexcept {
  const unsigned char first = byte_at(text, 0);
  bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (bytes == 1)
    return first;
  char32_t value = first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i)
    value = value << 6 | (byte_at(text, i) & 0x3Fu);
  return value;
}

char32_t decode_back(std::string_view text, std::size_t& end) noexcept {
  do
    --end;
  while (end > 0 && continues_code_point(text[end]));
  std::size_t bytes = 0;
  return decode_front(text.substr(end), bytes);
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto c = static_cast<std::uint32_t>(code_point);
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool is_valid_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

void append_valid_utf8(std::string& out, std::string_view text) {
  if (is_valid_utf8(text)) {
    out += text;
    return;
  }
  while (!text.empty()) {
    const utf8_unit unit = utf8_front(text);
    if (unit.kind == utf8_kind::complete)
      out += text.substr(0, unit.bytes);
    else
      out += replacement_character;
    text.remove_prefix(unit.bytes);
  }
}

std::size_t complete_prefix(std::string_view text) noexcept {
  // An incomplete tail is at most three bytes, and begins at the last lead byte.
  const std::size_t lookback = text.size() < 3 ? text.size() : 3;
  for (std::size_t back = 1; back <= lookback; ++back) {
    const std::size_t start = text.size() - back;
    if (continues_code_point(text[start]))
      continue;
    const utf8_unit unit = utf8_front(text.substr(start));
    return unit.kind == utf8_kind::incomplete ? start : text.size();
  }
  return text.size();
}

} // namespace hadal
