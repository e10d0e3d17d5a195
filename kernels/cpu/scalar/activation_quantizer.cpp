#include "kernels/cpu/scalar/activation_quantizer.hpp"

#include "kernels/core/float_formats.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hadal::kernels {

namespace {

/// The smallest power of two that is at least `value`, a positive normal number.
float next_power_of_two(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t exponent = (bits >> 23) + ((bits & 0x7FFFFFu) != 0 ? 1u : 0u);
  return std::bit_cast<float>(exponent << 23);
}

} // namespace

void quantize_row(const float* x, std::int64_t cols, bool scale_ue8m0, std::uint8_t* out,
                  float* scales) noexcept {
  for (std::int64_t begin = 0; begin < cols; begin += activation_group) {
    const std::int64_t end = std::min(begin + activation_group, cols);
    float largest = activation_max_floor;
    for (std::int64_t k = begin; k < end; ++k)
      largest = std::max(largest, std::fabs(x[k]));
    float scale = largest / float8_e4m3_max;
    if (scale_ue8m0)
      scale = next_power_of_two(scale);
    scales[begin / activation_group] = scale;
    for (std::int64_t k = begin; k < end; ++k)
      out[k] = float_to_float8_e4m3(x[k] / scale);
  }
}

} // namespace hadal::kernels
