#include "model/tokenizer/byte_alphabet.hpp"

#include "base/utf8.hpp"

#include <array>
#include <cstdint>

namespace hadal::model {

namespace {

struct alphabet {
  std::array<char32_t, 256> character{};
  std::array<std::int16_t, 0x144> byte{}; // by code point; -1: not in the alphabet

  constexpr alphabet() {
    byte.fill(-1);
    char32_t next = 0x100;
    for (int b = 0; b < 256; ++b) {
      const bool itself = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
      const char32_t c = itself ? static_cast<char32_t>(b) : next++;
      character[static_cast<std::size_t>(b)] = c;
      byte[c] = static_cast<std::int16_t>(b);
    }
  }
};

constexpr alphabet letters;

} // namespace

std::optional<std::string> bytes_of_spelling(std::string_view spelling) {
  std::string bytes;
  bytes.reserve(spelling.size());
  while (!spelling.empty()) {
    std::size_t length = 0;
    const char32_t c = decode_front(spelling, length);
    if (c >= letters.byte.size() || letters.byte[c] < 0)
      return std::nullopt;
    bytes += static_cast<char>(letters.byte[c]);
    spelling.remove_prefix(length);
  }
  return bytes;
}

std::string spelling_of_bytes(std::string_view bytes) {
  std::string spelling;
  for (char b : bytes)
    append_utf8(spelling, letters.character[static_cast<unsigned char>(b)]);
  return spelling;
}

} // namespace hadal::model
