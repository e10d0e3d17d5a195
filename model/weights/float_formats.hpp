#pragma once
// The float formats of checkpoints to and from float32. Widening is exact. Narrowing rounds to
// nearest, ties to even; NaN stays NaN.

#include "model/weights/tensor_dtype.hpp"

#include <cstddef>
#include <cstdint>

namespace hadal::model {

float bf16_to_float(std::uint16_t bits) noexcept;
float f16_to_float(std::uint16_t bits) noexcept;
/// 0x7f and 0xff are NaN.
float e4m3_to_float(std::uint8_t bits) noexcept;
/// 2^(bits - 127); 0xff is NaN.
float e8m0_to_float(std::uint8_t bits) noexcept;

std::uint16_t float_to_bf16(float value) noexcept;
std::uint16_t float_to_f16(float value) noexcept;
/// Beyond 448 saturates: the format has no infinity.
std::uint8_t float_to_e4m3(float value) noexcept;

/// True for the types that `widen` knows: F32, BF16, F16, F8_E4M3, F8_E8M0.
bool can_widen(tensor_dtype dtype) noexcept;

/// `count` elements at `from` (any alignment) to float32. `can_widen(dtype)` must hold.
void widen(tensor_dtype dtype, const std::byte* from, std::size_t count, float* to) noexcept;

} // namespace hadal::model
