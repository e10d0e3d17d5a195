#pragma once
// Activation quantisation of float8 linears: groups of 128 columns, the last one ragged.

#include <cstdint>

namespace hadal::kernels {

inline constexpr std::int64_t activation_group = 128;
inline constexpr float activation_max_floor = 1e-4f; // gives a group of zeros a scale above 0
inline constexpr float float8_e4m3_max = 448.0f;

/// Quantises one row x [cols] to float8 bytes out [cols] and scales [ceil(cols / 128)].
void quantize_row(const float* x, std::int64_t cols, bool scale_ue8m0, std::uint8_t* out,
                  float* scales) noexcept;

} // namespace hadal::kernels
