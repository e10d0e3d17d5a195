#include "base/random_id.hpp"

namespace hadal {

std::string random_id(std::string_view prefix, const std::array<std::uint64_t, 3>& random) {
  static constexpr std::string_view alphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr int characters_per_draw = 8; // 62^8 is far below 2^64, so the bias is negligible
  std::string id(prefix);
  for (std::uint64_t draw : random)
    for (int i = 0; i < characters_per_draw; ++i) {
      id += alphabet[draw % alphabet.size()];
      draw /= alphabet.size();
    }
  return id;
}

} // namespace hadal
