#include "model/weights/expected/random_normals.hpp"

#include <cmath>
#include <vector>

namespace hadal::model {

namespace {

constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15u;
constexpr std::size_t table_size = 65536;

/// The finaliser of splitmix64: every bit of the result depends on every bit of `x`.
std::uint64_t mixed(std::uint64_t x) noexcept {
  x = (x ^ x >> 30) * 0xbf58'476d'1ce4'e5b9u;
  x = (x ^ x >> 27) * 0x94d0'49bb'1331'11ebu;
  return x ^ x >> 31;
}

/// The upper-half quantile: z with P(N > z) = tail, tail in (0, 0.5). Newton's method from above
/// zero converges from the left because the distribution is convex there.
double upper_quantile(double tail) {
  const double sqrt_2 = std::sqrt(2.0);
  const double sqrt_2_pi = std::sqrt(2.0 * std::acos(-1.0));
  double z = 0.0;
  for (int round = 0; round < 64; ++round) {
    const double excess = 0.5 * std::erfc(z / sqrt_2) - tail;
    const double step = excess * sqrt_2_pi * std::exp(0.5 * z * z);
    z += step;
    if (std::fabs(step) < 1e-12)
      break;
  }
  return z;
}

std::vector<float> make_table() {
  std::vector<float> table(table_size);
  for (std::size_t i = 0; i < table_size / 2; ++i) {
    const double tail = (static_cast<double>(i) + 0.5) / static_cast<double>(table_size);
    const auto z = static_cast<float>(upper_quantile(tail));
    table[i] = -z;
    table[table_size - 1 - i] = z;
  }
  return table;
}

const std::vector<float>& table() {
  static const std::vector<float> made = make_table();
  return made;
}

} // namespace

std::uint64_t normal_stream(std::uint64_t seed, std::string_view tensor_name) noexcept {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325u; // FNV-1a
  for (const char c : tensor_name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3u;
  return mixed(mixed(seed + golden) ^ hash);
}

void fill_normals(std::uint64_t stream, std::uint64_t begin, std::span<float> to) noexcept {
  const std::vector<float>& quantiles = table();
  std::size_t done = 0;
  while (done < to.size()) {
    // One word gives four deviates, at positions 4 w .. 4 w + 3.
    const std::uint64_t position = begin + done;
    std::uint64_t word = mixed(stream + (position / 4 + 1) * golden) >> (16 * (position % 4));
    for (std::uint64_t lane = position % 4; lane < 4 && done < to.size(); ++lane, word >>= 16)
      to[done++] = quantiles[word & 0xffff];
  }
}

} // namespace hadal::model
