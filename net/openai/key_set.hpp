#pragma once
// Finds a repeated key among the keys of one JSON object. Hashes are keyed with bits drawn at the
// start of the process, so that a client cannot choose keys that collide.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hadal::net {

/// SipHash-1-3 of the bytes under a key of 128 bits.
std::uint64_t keyed_hash(std::string_view bytes, std::uint64_t key0, std::uint64_t key1) noexcept;

class key_set {
public:
  /// For up to `count` keys. Throws std::bad_alloc.
  explicit key_set(std::size_t count);

  /// False if the set has the key already. The bytes must outlive the set and not be null.
  bool insert(std::string_view key);

private:
  std::vector<std::string_view> slots_; // a power of two, at most half full; null data is free
};

} // namespace hadal::net
