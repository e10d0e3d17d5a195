#include "net/openai/key_set.hpp"

#include "base/assert.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace hadal::net {

namespace {

struct sip_state {
  std::uint64_t v0, v1, v2, v3;

  void round() noexcept {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
};

struct process_key {
  std::uint64_t first;
  std::uint64_t second;
};

process_key draw_key() {
  std::random_device device;
  const auto draw = [&] { return (std::uint64_t{device()} << 32) | device(); };
  return {draw(), draw()};
}

const process_key& the_key() {
  static const process_key key = draw_key();
  return key;
}

} // namespace

std::uint64_t keyed_hash(std::string_view bytes, std::uint64_t key0, std::uint64_t key1) noexcept {
  sip_state s{key0 ^ 0x736f6d6570736575U, key1 ^ 0x646f72616e646f6dU, key0 ^ 0x6c7967656e657261U,
              key1 ^ 0x7465646279746573U};
  const std::size_t whole = bytes.size() / 8 * 8;
  const auto absorb = [&](std::uint64_t word) {
    s.v3 ^= word;
    s.round();
    s.v0 ^= word;
  };
  for (std::size_t i = 0; i < whole; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    absorb(word);
  }
  std::uint64_t last = std::uint64_t{bytes.size()} << 56;
  for (std::size_t i = whole; i < bytes.size(); ++i)
    last |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * (i - whole));
  absorb(last);
  s.v2 ^= 0xff;
  s.round();
  s.round();
  s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

key_set::key_set(std::size_t count) : slots_(std::bit_ceil(2 * count + 2)) {}

bool key_set::insert(std::string_view key) {
  const process_key& k = the_key();
  const std::uint64_t hash = keyed_hash(key, k.first, k.second);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t probe = 0; probe < slots_.size(); ++probe) {
    std::string_view& slot = slots_[(hash + probe) & mask];
    if (slot.data() == nullptr) {
      slot = key;
      return true;
    }
    if (slot == key)
      return false;
  }
  HADAL_ASSERT(false && "more keys than announced");
}

} // namespace hadal::net
