#pragma once
// The place of a weight in a panel, by panel_order (kernel_params.hpp). For packing only.

#include "kernels/cpu/simd/params/kernel_params.hpp"

#include <cstdint>

namespace hadal::kernels::simd {

/// Index in a panel of row `lane` (of sixteen) and column `col`; not for coded weights.
template <panel_order Order, bool Float8>
constexpr std::int64_t place(std::int64_t lane, std::int64_t col) noexcept {
  static_assert(Order != panel_order::coded);
  if constexpr (Order == panel_order::columns)
    return col * panel_width + lane;
  if constexpr (Order == panel_order::twos)
    return col / 2 * 2 * panel_width + lane % 8 * 4 + col % 2 * 2 + lane / 8;
  if constexpr (!Float8)
    return col / 2 * 2 * panel_width + 2 * lane + col % 2;
  const std::int64_t i = col % 4;
  return (col - i) * panel_width + lane / 4 * 16 + i / 2 * 8 + lane % 4 * 2 + i % 2;
}

} // namespace hadal::kernels::simd
