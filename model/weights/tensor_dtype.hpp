#pragma once
// Element types of stored tensors, as the safetensors format names them. All are little-endian.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hadal::model {

enum class tensor_dtype : std::uint8_t {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3, // finite only: no infinity, NaN is 0x7f and 0xff
  f8_e8m0, // a power of two, biased by 127; 0xff is NaN
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  f64,
  i64,
  u64,
  c64, // two f32
};

/// "BF16", "F8_E4M3", ...
std::string_view to_string(tensor_dtype dtype) noexcept;

/// The inverse; empty for an unknown name.
std::optional<tensor_dtype> parse_tensor_dtype(std::string_view name) noexcept;

/// Bytes of one element.
std::size_t element_bytes(tensor_dtype dtype) noexcept;

} // namespace hadal::model
