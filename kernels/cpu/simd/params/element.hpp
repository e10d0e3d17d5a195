#pragma once
// Element formats that the vector kernels read and write. A plain enum without inline functions, so
// that files compiled for one instruction set can include it (see avx2/vector.hpp).

#include <cstdint>

namespace hadal::kernels::simd {

enum class element : std::uint8_t { float32, bfloat16, float16, float8 };

} // namespace hadal::kernels::simd
