#include "base/assert.hpp"
#include "kernels/cpu/simd/tiling.hpp"

namespace hadal::kernels::simd {

void simd_backend::embed(const packed_embedding& table, tensor_view out) {
  const auto& embedding = static_cast<const simd_embedding&>(table);
  HADAL_ASSERT(out.rows == step().rows() && out.cols == table.cols);
  const std::size_t row_bytes =
      static_cast<std::size_t>(table.cols) * element_bytes(embedding.type);
  for_rows(out.rows, out.cols, [&](std::int64_t r) {
    const token_id id = token_of_row(r);
    HADAL_ASSERT(id >= 0 && id < table.rows);
    kernels_.load_row(embedding.values.as<unsigned char>() +
                          static_cast<std::size_t>(id) * row_bytes,
                      embedding.type, out.row<float>(r), out.cols);
  });
}

void simd_backend::rms_norm(const_tensor_view x, const packed_norm& weight, float eps,
                            tensor_view out) {
  const std::vector<float>& w = static_cast<const simd_norm&>(weight).weight;
  HADAL_ASSERT(x.cols == weight.cols && out.cols == x.cols && out.rows == x.rows);
  for_rows(x.rows, 2 * x.cols, [&](std::int64_t r) {
    kernels_.norm_row({.row = x.row<float>(r),
                       .weight = w.data(),
                       .cols = x.cols,
                       .eps = eps,
                       .round = round(),
                       .out = out.row<float>(r)});
  });
}

void simd_backend::add_rms_norm(tensor_view residual, const_tensor_view delta,
                                const packed_norm& weight, float eps, tensor_view out) {
  const std::vector<float>& w = static_cast<const simd_norm&>(weight).weight;
  HADAL_ASSERT(residual.cols == weight.cols && out.cols == residual.cols);
  HADAL_ASSERT(out.rows == residual.rows && delta.rows == residual.rows);
  for_rows(residual.rows, 3 * residual.cols, [&](std::int64_t r) {
    kernels_.add_row(residual.row<float>(r), delta.row<float>(r), residual.cols, round());
    kernels_.norm_row({.row = residual.row<float>(r),
                       .weight = w.data(),
                       .cols = residual.cols,
                       .eps = eps,
                       .round = round(),
                       .out = out.row<float>(r)});
  });
}

void simd_backend::rope(const rope_table& table, tensor_view x, std::int32_t heads,
                        std::int64_t first, std::int64_t stride) {
  const auto& angles = static_cast<const simd_rope_table&>(table);
  HADAL_ASSERT(x.rows == step().rows());
  HADAL_ASSERT(first + (heads - 1) * stride + 2 * angles.pairs <= x.cols);
  for_rows(x.rows, 2 * heads * angles.pairs, [&](std::int64_t r) {
    const std::int64_t position = step().positions[static_cast<std::size_t>(r)];
    HADAL_ASSERT(position >= 0 && position < angles.positions);
    for (std::int64_t h = 0; h < heads; ++h)
      kernels_.rope_row(x.row<float>(r) + first + h * stride, angles.cosines(position),
                        angles.sines(position), angles.pairs, round());
  });
}

void simd_backend::swiglu(const_tensor_view gate_up, tensor_view out) {
  HADAL_ASSERT(gate_up.cols == 2 * out.cols && gate_up.rows == out.rows);
  for_rows(out.rows, 4 * out.cols, [&](std::int64_t r) {
    const float* gate = gate_up.row<float>(r);
    kernels_.swiglu_row(gate, gate + out.cols, out.row<float>(r), out.cols, round());
  });
}

void simd_backend::add(tensor_view x, const_tensor_view y) {
  HADAL_ASSERT(x.rows == y.rows && x.cols == y.cols);
  for_rows(x.rows, x.cols, [&](std::int64_t r) {
    kernels_.add_row(x.row<float>(r), y.row<float>(r), x.cols, round());
  });
}

void simd_backend::gather_rows(const_tensor_view x, std::span<const std::int32_t> rows,
                               tensor_view out) {
  HADAL_ASSERT(out.rows == static_cast<std::int64_t>(rows.size()) && out.cols == x.cols);
  for_rows(out.rows, out.cols, [&](std::int64_t i) {
    const std::int32_t row = rows[static_cast<std::size_t>(i)];
    if (row < 0)
      std::fill_n(out.row<float>(i), x.cols, 0.0f);
    else
      std::copy_n(x.row<float>(row), x.cols, out.row<float>(i));
  });
}

} // namespace hadal::kernels::simd
