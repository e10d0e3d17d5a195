#pragma once
// Element types of tensors. A tensor in memory is little-endian and row-major.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hadal::kernels {

enum class dtype : std::uint8_t {
  float32,
  bfloat16,
  float16,
  float8_e4m3, // finite only: no infinity, NaN is 0x7F and 0xFF, the largest value is 448
  float8_e8m0, // a power of two, 2^(bits - 127), without a sign; 0xFF is NaN
  int32,
};

constexpr std::size_t size_bytes(dtype type) noexcept {
  switch (type) {
  case dtype::float32: return 4;
  case dtype::bfloat16: return 2;
  case dtype::float16: return 2;
  case dtype::float8_e4m3:
  case dtype::float8_e8m0: return 1;
  case dtype::int32: return 4;
  }
  return 0;
}

constexpr std::string_view to_string(dtype type) noexcept {
  switch (type) {
  case dtype::float32: return "float32";
  case dtype::bfloat16: return "bfloat16";
  case dtype::float16: return "float16";
  case dtype::float8_e4m3: return "float8_e4m3";
  case dtype::float8_e8m0: return "float8_e8m0";
  case dtype::int32: return "int32";
  }
  return "unknown";
}

} // namespace hadal::kernels
