#include "kernels/core/float_formats.hpp"
#include "kernels/cpu/scalar/packed.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"

#include <algorithm>
#include <cmath>

namespace hadal::kernels {

void scalar_backend::embed(const packed_embedding& table, tensor_view out) {
  const scalar_matrix& matrix = static_cast<const scalar_embedding&>(table).matrix;
  HADAL_ASSERT(out.rows == step().rows() && out.cols == matrix.cols);
  for (std::int64_t r = 0; r < out.rows; ++r) {
    const token_id id = token_of_row(r);
    HADAL_ASSERT(id >= 0 && id < matrix.rows);
    const float* from = matrix.values.as<float>() + id * matrix.cols;
    std::copy(from, from + matrix.cols, out.row<float>(r));
  }
}

void scalar_backend::rms_norm(const_tensor_view x, const packed_norm& weight, float eps,
                              tensor_view out) {
  const std::vector<float>& w = static_cast<const scalar_norm&>(weight).weight;
  HADAL_ASSERT(x.cols == weight.cols && out.cols == x.cols && out.rows == x.rows);
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const float* from = x.row<float>(r);
    float* to = out.row<float>(r);
    double squares = 0.0;
    for (std::int64_t c = 0; c < x.cols; ++c)
      squares += static_cast<double>(from[c]) * from[c];
    const double factor = 1.0 / std::sqrt(squares / static_cast<double>(x.cols) + eps);
    for (std::int64_t c = 0; c < x.cols; ++c)
      to[c] = rounded(from[c] * factor * w[static_cast<std::size_t>(c)]);
  }
}

void scalar_backend::add_rms_norm(tensor_view residual, const_tensor_view delta,
                                  const packed_norm& weight, float eps, tensor_view out) {
  add(residual, delta);
  rms_norm(residual, weight, eps, out);
}

void scalar_backend::rope(const rope_table& table, tensor_view x, std::int32_t heads,
                          std::int64_t first, std::int64_t stride) {
  const auto& angles = static_cast<const scalar_rope_table&>(table);
  HADAL_ASSERT(x.rows == step().rows());
  HADAL_ASSERT(first + (heads - 1) * stride + 2 * angles.pairs <= x.cols);
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const std::int64_t position = step().positions[static_cast<std::size_t>(r)];
    HADAL_ASSERT(position >= 0 && position < angles.positions);
    const float* cosines = angles.cosines(position);
    const float* sines = angles.sines(position);
    for (std::int64_t h = 0; h < heads; ++h) {
      float* head = x.row<float>(r) + first + h * stride;
      for (std::int64_t i = 0; i < angles.pairs; ++i) {
        const float even = head[2 * i];
        const float odd = head[2 * i + 1];
        head[2 * i] = rounded(even * cosines[i] - odd * sines[i]);
        head[2 * i + 1] = rounded(even * sines[i] + odd * cosines[i]);
      }
    }
  }
}

void scalar_backend::swiglu(const_tensor_view gate_up, tensor_view out) {
  HADAL_ASSERT(gate_up.cols == 2 * out.cols && gate_up.rows == out.rows);
  for (std::int64_t r = 0; r < out.rows; ++r) {
    const float* gate = gate_up.row<float>(r);
    const float* up = gate + out.cols;
    float* to = out.row<float>(r);
    for (std::int64_t i = 0; i < out.cols; ++i) {
      const double g = gate[i];
      to[i] = rounded(g / (1.0 + std::exp(-g)) * up[i]);
    }
  }
}

void scalar_backend::add(tensor_view x, const_tensor_view y) {
  HADAL_ASSERT(x.rows == y.rows && x.cols == y.cols);
  for (std::int64_t r = 0; r < x.rows; ++r) {
    float* to = x.row<float>(r);
    const float* from = y.row<float>(r);
    for (std::int64_t c = 0; c < x.cols; ++c)
      to[c] = rounded(to[c] + from[c]);
  }
}

void scalar_backend::gather_rows(const_tensor_view x, std::span<const std::int32_t> rows,
                                 tensor_view out) {
  HADAL_ASSERT(out.rows == static_cast<std::int64_t>(rows.size()) && out.cols == x.cols);
  for (std::int64_t i = 0; i < out.rows; ++i) {
    const std::int32_t row = rows[static_cast<std::size_t>(i)];
    if (row < 0)
      std::fill_n(out.row<float>(i), x.cols, 0.0f);
    else
      std::copy_n(x.row<float>(row), x.cols, out.row<float>(i));
  }
}

} // namespace hadal::kernels
