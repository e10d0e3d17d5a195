#pragma once
// bfloat16 weights in 12 bits, without loss. The eight bits of an exponent carry less than three
// bits of information, since the weights of one matrix have few magnitudes: sixteen exponents cover
// all but about one weight in ten thousand. A weight is stored as its sign, its fraction and a code
// of four bits for its exponent. The remaining weights are exceptions, listed by segment and put in
// place after decoding. This saves a quarter of the memory traffic, which limits decoding of a
// model larger than the caches. (Exponents of trained weights: Zhang et al., DFloat11, arXiv
// 2504.11651.)

#include "kernels/cpu/simd/panel_layout.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hadal::kernels::simd {

/// The biased exponent of a bfloat16.
constexpr std::uint8_t exponent_of(std::uint16_t bits) noexcept {
  return static_cast<std::uint8_t>(bits >> 7);
}

/// Assigns codes to the most frequent exponents of a matrix.
class exponent_coder {
public:
  /// counts[e]: number of weights with exponent e.
  explicit exponent_coder(const std::array<std::int64_t, 256>& counts);

  const std::array<std::uint8_t, exponent_codes::count>& exponents() const noexcept {
    return exponents_;
  }
  /// The code of a value's exponent; an arbitrary code if the exponent has none.
  std::uint8_t code(std::uint16_t bits) const noexcept { return codes_[exponent_of(bits)]; }
  bool is_exception(std::uint16_t bits) const noexcept {
    return exponents_[code(bits)] != exponent_of(bits);
  }
  /// Number of counted weights whose exponent has no code.
  std::int64_t exceptions() const noexcept { return exceptions_; }

private:
  std::array<std::uint8_t, exponent_codes::count> exponents_{};
  std::array<std::uint8_t, 256> codes_{};
  std::int64_t exceptions_ = 0;
};

/// Bytes of a panel of coded weights; `cols` is a multiple of 8.
constexpr std::int64_t coded_panel_bytes(std::int64_t cols) noexcept {
  return cols * panel_width / 2 * 3;
}

/// Puts the value of row `lane` and column `col` into a zeroed panel.
inline void put_coded(unsigned char* panel, std::int64_t lane, std::int64_t col, std::uint16_t bits,
                      std::uint8_t code) noexcept {
  unsigned char* const eight = panel + coded_panel_bytes(col / 8 * 8);
  const std::int64_t four = col % 8 / 4;
  const std::int64_t at = place<panel_order::pairs, true>(lane, col % 4);
  eight[four * 64 + at] = static_cast<unsigned char>((bits >> 8 & 0x80) | (bits & 0x7F));
  unsigned char& codes = eight[128 + at];
  codes = static_cast<unsigned char>(codes | code << 4 * four);
}

/// Collects the exceptions of some panels, in any order.
class exception_list {
public:
  /// Row `lane` and column `col` of a segment; `segment` counts over all panels.
  void add(std::int64_t segment, std::int64_t lane, std::int64_t col, std::uint16_t bits);
  std::size_t count() const noexcept { return found_.size(); }
  /// Writes exceptions[count()], sorted by segment and place, and begins[segments + 1].
  void write(std::int64_t segments, coded_exception* exceptions, std::uint32_t* begins);

private:
  struct entry {
    std::int64_t segment;
    coded_exception exception;
  };
  std::vector<entry> found_;
};

} // namespace hadal::kernels::simd
