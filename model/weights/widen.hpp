#pragma once
// Converts stored float tensors to float32, exactly (kernels/core/float_formats.hpp).

#include "model/weights/tensor_dtype.hpp"

#include <cstddef>
#include <cstdint>

namespace hadal::model {

/// True for the types that `widen` knows: F32, BF16, F16, F8_E4M3, F8_E8M0.
bool can_widen(tensor_dtype dtype) noexcept;

/// `count` elements at `from` (any alignment) to float32. `can_widen(dtype)` must hold.
void widen(tensor_dtype dtype, const std::byte* from, std::size_t count, float* to) noexcept;

} // namespace hadal::model
