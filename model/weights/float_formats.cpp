#include "model/weights/float_formats.hpp"

#include "base/assert.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace hadal::model {

namespace {

constexpr std::uint32_t float_sign = 0x8000'0000u;
constexpr std::uint32_t float_infinity = 0x7f80'0000u;
constexpr std::uint32_t float_quiet_nan = 0x7fc0'0000u;

template <class T>
T load(const std::byte* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

std::array<float, 256> make_e4m3_table() {
  std::array<float, 256> table{};
  for (int bits = 0; bits < 256; ++bits) {
    const int exponent = bits >> 3 & 15;
    const int mantissa = bits & 7;
    float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -9)
                                    : std::ldexp(static_cast<float>(8 + mantissa), exponent - 10);
    if ((bits & 0x7f) == 0x7f)
      magnitude = std::bit_cast<float>(float_quiet_nan);
    table[static_cast<std::size_t>(bits)] = (bits & 0x80) != 0 ? -magnitude : magnitude;
  }
  return table;
}

const std::array<float, 256> e4m3_table = make_e4m3_table();

template <class T, class F>
void widen_each(const std::byte* from, std::size_t count, float* to, F convert) noexcept {
  for (std::size_t i = 0; i < count; ++i)
    to[i] = convert(load<T>(from + i * sizeof(T)));
}

} // namespace

float bf16_to_float(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

float f16_to_float(std::uint16_t bits) noexcept {
  // Exponent and mantissa move to their places; the product rebases the exponent from 15 to 127 and
  // normalises subnormals on the way. Infinity and NaN have an exponent that no product gives.
  constexpr float rebase = 0x1p112f;
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(bits & 0x7fffu) << 13;
  const std::uint32_t finite =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * rebase);
  const bool special = (bits & 0x7c00u) == 0x7c00u;
  return std::bit_cast<float>(sign | (special ? float_infinity | magnitude : finite));
}

float e4m3_to_float(std::uint8_t bits) noexcept {
  return e4m3_table[bits];
}

float e8m0_to_float(std::uint8_t bits) noexcept {
  if (bits == 0xff)
    return std::bit_cast<float>(float_quiet_nan);
  // 2^-127 is a subnormal of float32.
  return std::bit_cast<float>(bits == 0 ? 0x0040'0000u : static_cast<std::uint32_t>(bits) << 23);
}

std::uint16_t float_to_bf16(float value) noexcept {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & ~float_sign) > float_infinity)
    return static_cast<std::uint16_t>(bits >> 16 | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

std::uint16_t float_to_f16(float value) noexcept {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  const float magnitude = std::fabs(value);
  if (std::isnan(value))
    return static_cast<std::uint16_t>(sign | 0x7e00u | (bits >> 13 & 0x1ffu));
  if (magnitude >= 65520.0f)
    return static_cast<std::uint16_t>(sign | 0x7c00u);
  // Below 2^-14 the spacing is fixed at 2^-24; above it is 2^-10 of the value's power of two.
  int exponent = magnitude < 0x1p-14f ? -14 : std::ilogb(magnitude);
  const auto steps =
      static_cast<std::uint32_t>(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
  // A mantissa that rounds up to 2048, or a subnormal to 1024, carries into the exponent by itself.
  const std::uint32_t rebased = static_cast<std::uint32_t>(exponent + 14) << 10;
  return static_cast<std::uint16_t>(sign | (rebased + steps));
}

std::uint8_t float_to_e4m3(float value) noexcept {
  const std::uint32_t sign = std::bit_cast<std::uint32_t>(value) >> 24 & 0x80u;
  const float magnitude = std::fabs(value);
  if (std::isnan(value))
    return static_cast<std::uint8_t>(sign | 0x7fu);
  if (magnitude >= 448.0f)
    return static_cast<std::uint8_t>(sign | 0x7eu);
  const int exponent = magnitude < 0x1p-6f ? -6 : std::ilogb(magnitude);
  const auto steps =
      static_cast<std::uint32_t>(std::nearbyint(std::ldexp(magnitude, 3 - exponent)));
  const std::uint32_t rebased = static_cast<std::uint32_t>(exponent + 6) << 3;
  return static_cast<std::uint8_t>(sign | (rebased + steps));
}

bool can_widen(tensor_dtype dtype) noexcept {
  switch (dtype) {
  case tensor_dtype::f32:
  case tensor_dtype::bf16:
  case tensor_dtype::f16:
  case tensor_dtype::f8_e4m3:
  case tensor_dtype::f8_e8m0: return true;
  default: return false;
  }
}

void widen(tensor_dtype dtype, const std::byte* from, std::size_t count, float* to) noexcept {
  HADAL_ASSERT(can_widen(dtype));
  switch (dtype) {
  case tensor_dtype::bf16: return widen_each<std::uint16_t>(from, count, to, bf16_to_float);
  case tensor_dtype::f16: return widen_each<std::uint16_t>(from, count, to, f16_to_float);
  case tensor_dtype::f8_e4m3: return widen_each<std::uint8_t>(from, count, to, e4m3_to_float);
  case tensor_dtype::f8_e8m0: return widen_each<std::uint8_t>(from, count, to, e8m0_to_float);
  default:
    if (count > 0)
      std::memcpy(to, from, count * sizeof(float));
  }
}

} // namespace hadal::model
