#pragma once
// The seed of one choice's random stream, from the request's seed and the choice's index: choices
// of one request draw independently, and the same request draws the same numbers.

#include <cstdint>

namespace hadal::model {

/// A bijection of 64 bits in which every input bit reaches every output bit.
constexpr std::uint64_t mix_bits(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

constexpr std::uint64_t choice_seed(std::uint64_t request_seed,
                                    std::uint64_t choice_index) noexcept {
  // The odd constant keeps seed 0, choice 0 from being the fixed point 0 of the mixer.
  return mix_bits(mix_bits(request_seed + 0x9E3779B97F4A7C15u) + choice_index);
}

} // namespace hadal::model
