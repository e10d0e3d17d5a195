#include "kernels/core/tensor_view.hpp"

#include "tests/support/catch.hpp"

#include <vector>

namespace hadal::kernels {

TEST_CASE("columns and rows of a view are the same memory") {
  std::vector<float> values(12);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i);
  const tensor_view all(values.data(), dtype::float32, 3, 4);
  const tensor_view part = all.columns(1, 2).row_range(1, 2);
  CHECK(part.rows == 2);
  CHECK(part.cols == 2);
  CHECK(part.row_stride == 4);
  CHECK(part.row<float>(0)[0] == 5.0f);
  CHECK(part.row<float>(1)[1] == 10.0f);
  part.row<float>(1)[0] = -1.0f;
  CHECK(values[9] == -1.0f);
  const const_tensor_view read = part;
  CHECK(read.row<float>(1)[0] == -1.0f);
}

TEST_CASE("elements of every type lie where their size says") {
  std::vector<std::uint16_t> halves = {1, 2, 3, 4, 5, 6};
  const tensor_view view(halves.data(), dtype::bfloat16, 2, 2, 3);
  CHECK(view.row<std::uint16_t>(1)[0] == 4);
  CHECK(view.columns(1, 1).row<std::uint16_t>(1)[0] == 5);
  std::vector<std::uint8_t> bytes = {1, 2, 3, 4};
  const const_tensor_view float8(bytes.data(), dtype::float8_e4m3, 2, 2);
  CHECK(float8.row_range(1, 1).row<std::uint8_t>(0)[1] == 4);
}

} // namespace hadal::kernels
