#include "model/weights/tensor_dtype.hpp"

#include <array>

namespace hadal::model {

namespace {

struct dtype_row {
  std::string_view name;
  std::size_t bytes;
};

/// In the order of the enum.
constexpr std::array<dtype_row, 17> rows{{
    {"BOOL", 1},
    {"U8", 1},
    {"I8", 1},
    {"F8_E5M2", 1},
    {"F8_E4M3", 1},
    {"F8_E8M0", 1},
    {"I16", 2},
    {"U16", 2},
    {"F16", 2},
    {"BF16", 2},
    {"I32", 4},
    {"U32", 4},
    {"F32", 4},
    {"F64", 8},
    {"I64", 8},
    {"U64", 8},
    {"C64", 8},
}};
static_assert(static_cast<std::size_t>(tensor_dtype::c64) + 1 == rows.size());

} // namespace

std::string_view to_string(tensor_dtype dtype) noexcept {
  return rows[static_cast<std::size_t>(dtype)].name;
}

std::optional<tensor_dtype> parse_tensor_dtype(std::string_view name) noexcept {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].name == name)
      return static_cast<tensor_dtype>(i);
  return std::nullopt;
}

std::size_t element_bytes(tensor_dtype dtype) noexcept {
  return rows[static_cast<std::size_t>(dtype)].bytes;
}

} // namespace hadal::model
