#pragma once
// An approximate set of characters: each ASCII character by itself, others by the first byte of
// their UTF-8. Precise enough to accept whole branches of the vocabulary's tree at once.

#include <array>
#include <cstddef>
#include <cstdint>

namespace hadal::model {

struct character_set {
  std::array<std::uint64_t, 2> ascii{};
  std::uint64_t longer = 0; // by first byte, from 0xC0 on: all characters of it or none

  void add_ascii(std::uint8_t byte) noexcept {
    ascii[byte / 64] |= std::uint64_t{1} << (byte % 64);
  }
  void add_longer(std::uint8_t first) noexcept { longer |= std::uint64_t{1} << (first & 0x3F); }
  void add(const character_set& other) noexcept {
    ascii[0] |= other.ascii[0];
    ascii[1] |= other.ascii[1];
    longer |= other.longer;
  }
  bool includes(const character_set& other) const noexcept {
    return (other.ascii[0] & ~ascii[0]) == 0 && (other.ascii[1] & ~ascii[1]) == 0 &&
           (other.longer & ~longer) == 0;
  }
  bool empty() const noexcept { return (ascii[0] | ascii[1] | longer) == 0; }
  bool operator==(const character_set&) const = default;
};

/// Texts of these characters, up to a length.
struct text_family {
  character_set characters;
  std::uint32_t longest = 0; // in characters
  bool operator==(const text_family&) const = default;
};

} // namespace hadal::model
