#include "model/weights/widen.hpp"

#include "base/assert.hpp"
#include "kernels/core/float_formats.hpp"

#include <cstring>

namespace hadal::model {

namespace {

template <class T, class F>
void widen_each(const std::byte* from, std::size_t count, float* to, F convert) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, from + i * sizeof value, sizeof value);
    to[i] = convert(value);
  }
}

} // namespace

bool can_widen(tensor_dtype dtype) noexcept {
  switch (dtype) {
  case tensor_dtype::f32:
  case tensor_dtype::bf16:
  case tensor_dtype::f16:
  case tensor_dtype::f8_e4m3:
  case tensor_dtype::f8_e8m0: return true;
  default: return false;
  }
}

void widen(tensor_dtype dtype, const std::byte* from, std::size_t count, float* to) noexcept {
  HADAL_ASSERT(can_widen(dtype));
  switch (dtype) {
  case tensor_dtype::bf16:
    return widen_each<std::uint16_t>(from, count, to, kernels::bfloat16_to_float);
  case tensor_dtype::f16:
    return widen_each<std::uint16_t>(from, count, to, kernels::float16_to_float);
  case tensor_dtype::f8_e4m3:
    return widen_each<std::uint8_t>(from, count, to, kernels::float8_e4m3_to_float);
  case tensor_dtype::f8_e8m0:
    return widen_each<std::uint8_t>(from, count, to, kernels::float8_e8m0_to_float);
  default:
    if (count > 0)
      std::memcpy(to, from, count * sizeof(float));
  }
}

} // namespace hadal::model
