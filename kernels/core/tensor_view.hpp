#pragma once
// A matrix that the view does not own: pointer, element type, rows, columns and the distance
// between rows in elements. Heads are columns: q of H heads of width d is [rows, H * d]. Columns
// and rows of a view are views, without a copy. On a device backend `data` is a device address,
// which only the backend that allocated it may dereference.

#include "base/assert.hpp"
#include "kernels/core/dtype.hpp"

#include <cstdint>
#include <type_traits>

namespace hadal::kernels {

namespace detail {

template <class T>
constexpr bool holds(dtype type) noexcept {
  using value = std::remove_const_t<T>;
  if constexpr (std::is_same_v<value, float>)
    return type == dtype::float32;
  else if constexpr (std::is_same_v<value, std::int32_t>)
    return type == dtype::int32;
  else if constexpr (std::is_same_v<value, std::uint16_t>)
    return type == dtype::bfloat16 || type == dtype::float16;
  else if constexpr (std::is_same_v<value, std::uint8_t>)
    return type == dtype::float8_e4m3;
  else
    return false;
}

} // namespace detail

/// `Void` is `void` (writable) or `const void`.
template <class Void>
struct basic_tensor_view {
  template <class T>
  using element = std::conditional_t<std::is_const_v<Void>, const T, T>;
  using byte = element<unsigned char>;

  Void* data = nullptr;
  dtype type = dtype::float32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t row_stride = 0; // elements, >= cols

  basic_tensor_view() = default;
  basic_tensor_view(Void* data, dtype type, std::int64_t rows, std::int64_t cols,
                    std::int64_t row_stride)
    : data(data), type(type), rows(rows), cols(cols), row_stride(row_stride) {
    HADAL_ASSERT(rows >= 0 && cols >= 0 && row_stride >= cols);
  }
  basic_tensor_view(Void* data, dtype type, std::int64_t rows, std::int64_t cols)
    : basic_tensor_view(data, type, rows, cols, cols) {}

  /// A writable view converts to a const one.
  operator basic_tensor_view<const void>() const noexcept
    requires(!std::is_const_v<Void>)
  {
    return {data, type, rows, cols, row_stride};
  }

  /// First element of row `r` of a host tensor. T is float, std::int32_t, std::uint16_t (bfloat16
  /// and float16 bits) or std::uint8_t (float8 bits), and must fit `type`.
  template <class T>
  element<T>* row(std::int64_t r) const {
    HADAL_ASSERT(detail::holds<T>(type) && r >= 0 && r < rows);
    return static_cast<element<T>*>(data) + r * row_stride;
  }

  /// Columns [begin, begin + count) of every row.
  basic_tensor_view columns(std::int64_t begin, std::int64_t count) const {
    HADAL_ASSERT(begin >= 0 && count >= 0 && begin + count <= cols);
    return {at(begin), type, rows, count, row_stride};
  }

  /// Rows [begin, begin + count).
  basic_tensor_view row_range(std::int64_t begin, std::int64_t count) const {
    HADAL_ASSERT(begin >= 0 && count >= 0 && begin + count <= rows);
    return {at(begin * row_stride), type, count, cols, row_stride};
  }

private:
  Void* at(std::int64_t elements) const noexcept {
    return static_cast<byte*>(data) + elements * static_cast<std::int64_t>(size_bytes(type));
  }
};

using tensor_view = basic_tensor_view<void>;
using const_tensor_view = basic_tensor_view<const void>;

} // namespace hadal::kernels
