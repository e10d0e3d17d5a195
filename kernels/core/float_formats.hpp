#pragma once
// Conversions between float32 and the narrow formats, each with one rounding: to nearest, ties to
// even. NaN stays NaN in every format. Beyond the largest finite value bfloat16 and float16 become
// infinity, as hardware does; float8_e4m3 saturates at 448, as activation quantisation requires.

#include "kernels/core/dtype.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace hadal::kernels {

inline float bfloat16_to_float(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline std::uint16_t float_to_bfloat16(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value))
    return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

inline float float16_to_float(std::uint16_t bits) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1Fu;
  const std::uint32_t mantissa = bits & 0x3FFu;
  if (exponent == 0x1Fu)
    return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
  if (exponent == 0) { // subnormal: mantissa * 2^-24, exact in float32
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
}

inline std::uint16_t float_to_float16(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u)
    return static_cast<std::uint16_t>(sign | 0x7E00u);
  if (magnitude >= 0x477FF000u) // 65520, half way past the largest finite value
    return static_cast<std::uint16_t>(sign | 0x7C00u);
  if (magnitude < 0x38800000u) { // below 2^-14: a multiple of 2^-24, rounded by the float adder
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3F000000u));
  }
  const std::uint32_t rounded = magnitude + 0xFFFu + ((magnitude >> 13) & 1u);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

inline float float8_e4m3_to_float(std::uint8_t bits) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x80u) << 24;
  const std::uint32_t exponent = (bits >> 3) & 0xFu;
  const std::uint32_t mantissa = bits & 0x7u;
  if (exponent == 0xFu && mantissa == 0x7u)
    return std::bit_cast<float>(sign | 0x7FC00000u);
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-9f;
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 120u) << 23) | (mantissa << 20));
}

inline std::uint8_t float_to_float8_e4m3(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint8_t>((bits >> 24) & 0x80u);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u)
    return static_cast<std::uint8_t>(sign | 0x7Fu);
  if (magnitude >= 0x43E00000u) // 448
    return static_cast<std::uint8_t>(sign | 0x7Eu);
  if (magnitude < 0x3C800000u) { // below 2^-6: a multiple of 2^-9, rounded by the float adder
    const float shifted = std::bit_cast<float>(magnitude) + 0x1p14f;
    return static_cast<std::uint8_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x46800000u));
  }
  const std::uint32_t rounded = magnitude + 0x7FFFFu + ((magnitude >> 20) & 1u);
  return static_cast<std::uint8_t>(sign | ((rounded - 0x3C000000u) >> 20));
}

inline float float8_e8m0_to_float(std::uint8_t bits) noexcept {
  constexpr std::uint32_t quiet_nan = 0x7FC00000u;
  constexpr std::uint32_t two_to_minus_127 = 0x00400000u; // a subnormal of float32
  if (bits == 0xFFu)
    return std::bit_cast<float>(quiet_nan);
  return std::bit_cast<float>(bits == 0 ? two_to_minus_127
                                        : static_cast<std::uint32_t>(bits) << 23);
}

/// The nearest value of `type` (float32, bfloat16 or float16), as a float32.
inline float round_to(dtype type, float value) noexcept {
  switch (type) {
  case dtype::bfloat16: return bfloat16_to_float(float_to_bfloat16(value));
  case dtype::float16: return float16_to_float(float_to_float16(value));
  default: return value;
  }
}

/// Element `index` of a checkpoint tensor, which may be unaligned. `type` is a float type.
inline float load_element(const void* data, dtype type, std::int64_t index) noexcept {
  const auto* bytes = static_cast<const unsigned char*>(data);
  switch (type) {
  case dtype::float32: {
    float value;
    std::memcpy(&value, bytes + index * 4, 4);
    return value;
  }
  case dtype::bfloat16:
  case dtype::float16: {
    std::uint16_t bits;
    std::memcpy(&bits, bytes + index * 2, 2);
    return type == dtype::bfloat16 ? bfloat16_to_float(bits) : float16_to_float(bits);
  }
  case dtype::float8_e4m3: return float8_e4m3_to_float(bytes[index]);
  case dtype::float8_e8m0: return float8_e8m0_to_float(bytes[index]);
  case dtype::int32: break;
  }
  return 0.0f;
}

} // namespace hadal::kernels
