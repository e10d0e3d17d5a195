#pragma once
// Matrices in the memory of a backend and back, for tests of backends that compute later.

#include "kernels/ops/wait.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/support/catch.hpp"

namespace hadal::kernels::testing {

inline tensor_view space(backend& b, std::int64_t rows, std::int64_t cols,
                         dtype type = dtype::float32) {
  auto tensor = b.allocate(type, rows, cols);
  REQUIRE(tensor.has_value());
  return *tensor;
}

inline tensor_view put(backend& b, const matrix& values) {
  const tensor_view tensor = space(b, values.rows(), values.cols());
  b.write(tensor, values.values().data());
  return tensor;
}

/// The values of a float32 tensor when all that is enqueued has run.
inline matrix get(backend& b, const_tensor_view tensor) {
  matrix values(tensor.rows, tensor.cols);
  b.read(tensor, values.values().data());
  REQUIRE(wait(b).has_value());
  return values;
}

} // namespace hadal::kernels::testing
