#pragma once
// Arithmetic of counts.

#include <cstdint>

namespace hadal::kernels {

/// a / b rounded up; a >= 0, b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) noexcept {
  return (a + b - 1) / b;
}

} // namespace hadal::kernels
