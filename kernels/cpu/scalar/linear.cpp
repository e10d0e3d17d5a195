#include "kernels/core/float_formats.hpp"
#include "kernels/cpu/scalar/activation_quantizer.hpp"
#include "kernels/cpu/scalar/packed.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"

#include <algorithm>

namespace hadal::kernels {

namespace {

double dot(const float* a, const float* b, std::int64_t count) noexcept {
  double sum = 0.0;
  for (std::int64_t k = 0; k < count; ++k)
    sum += static_cast<double>(a[k]) * b[k];
  return sum;
}

} // namespace

void scalar_backend::quantize_fp8(const_tensor_view x, input_form form, tensor_view out,
                                  tensor_view scales) {
  HADAL_ASSERT(form != input_form::plain);
  HADAL_ASSERT(out.rows == x.rows && out.cols == x.cols && scales.rows == x.rows);
  HADAL_ASSERT(scales.cols == (x.cols + activation_group - 1) / activation_group);
  for (std::int64_t t = 0; t < x.rows; ++t)
    quantize_row(x.row<float>(t), x.cols, form == input_form::e4m3_128_ue8m0,
                 out.row<std::uint8_t>(t), scales.row<float>(t));
}

void scalar_backend::multiply_w8a8(const_tensor_view x, const scalar_matrix& matrix,
                                   tensor_view out) {
  const std::int64_t groups = (x.cols + activation_group - 1) / activation_group;
  HADAL_ASSERT(x.rows <= limits_.step_rows && x.cols <= limits_.linear_cols);
  const tensor_view quantised(quantised_x_.data(), dtype::float8_e4m3, x.rows, x.cols);
  const tensor_view x_scales(x_scales_.data(), dtype::float32, x.rows, groups);
  quantize_fp8(x, matrix.input, quantised, x_scales);
  for (std::int64_t n = 0; n < matrix.rows; ++n) {
    const float* w = matrix.row(n, weight_row_.as<float>());
    const float* w_scales = matrix.row_scales(n);
    for (std::int64_t t = 0; t < x.rows; ++t) {
      const std::uint8_t* q = quantised.row<std::uint8_t>(t);
      const float* scales = x_scales.row<float>(t);
      double total = 0.0;
      for (std::int64_t begin = 0; begin < x.cols;) {
        const std::int64_t group = begin / activation_group;
        const std::int64_t block = begin / matrix.block_cols;
        const std::int64_t end =
            std::min({x.cols, (group + 1) * activation_group, (block + 1) * matrix.block_cols});
        double sum = 0.0; // exact: products have 8 bits
        for (std::int64_t k = begin; k < end; ++k)
          sum += static_cast<double>(float8_e4m3_to_float(q[k])) * w[k];
        total += sum * scales[group] * w_scales[block];
        begin = end;
      }
      out.row<float>(t)[n] = rounded(total);
    }
  }
}

void scalar_backend::multiply(const_tensor_view x, const scalar_matrix& matrix, bool round_result,
                              tensor_view out) {
  HADAL_ASSERT(x.cols == matrix.cols && out.cols == matrix.rows && out.rows == x.rows);
  if (matrix.input != input_form::plain)
    return multiply_w8a8(x, matrix, out);
  HADAL_ASSERT(!matrix.scaled() || matrix.cols <= limits_.linear_cols);
  for (std::int64_t n = 0; n < matrix.rows; ++n) {
    const float* w = matrix.row(n, weight_row_.as<float>());
    for (std::int64_t t = 0; t < x.rows; ++t) {
      const double sum = dot(x.row<float>(t), w, matrix.cols);
      out.row<float>(t)[n] = round_result ? rounded(sum) : static_cast<float>(sum);
    }
  }
}

void scalar_backend::linear(const_tensor_view x, const packed_linear& weight, tensor_view out) {
  HADAL_ASSERT(out.cols == weight.rows);
  std::int64_t first_row = 0;
  for (const scalar_matrix& part : static_cast<const scalar_linear&>(weight).parts) {
    multiply(x, part, true, out.columns(first_row, part.rows));
    first_row += part.rows;
  }
}

void scalar_backend::logits(const_tensor_view x, const packed_linear& head, tensor_view out) {
  const auto& parts = static_cast<const scalar_linear&>(head).parts;
  HADAL_ASSERT(parts.size() == 1 && !parts[0].scaled());
  multiply(x, parts[0], false, out);
}

} // namespace hadal::kernels
