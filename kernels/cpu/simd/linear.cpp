#include "base/assert.hpp"
#include "kernels/core/integers.hpp"
#include "kernels/cpu/scalar/activation_quantizer.hpp"
#include "kernels/cpu/simd/tiling.hpp"

#include <array>

namespace hadal::kernels::simd {

void simd_backend::quantize_fp8(const_tensor_view x, input_form form, tensor_view out,
                                tensor_view scales) {
  HADAL_ASSERT(form != input_form::plain);
  HADAL_ASSERT(out.rows == x.rows && out.cols == x.cols && scales.rows == x.rows);
  HADAL_ASSERT(scales.cols == ceil_div(x.cols, activation_group));
  for_rows(x.rows, x.cols, [&](std::int64_t r) {
    quantize_row(x.row<float>(r), x.cols, form == input_form::e4m3_128_ue8m0,
                 out.row<std::uint8_t>(r), scales.row<float>(r));
  });
}

simd_backend::input_rows simd_backend::prepare(const_tensor_view x, const weight_panels& weight,
                                               quantised_rows& space) {
  input_rows rows;
  rows.values = static_cast<const float*>(x.data);
  rows.stride = x.row_stride;
  if (!weight.quantised_input() || x.rows == 0)
    return rows;
  const std::int64_t segments = ceil_div(x.cols, weight.segment());
  float* values = space.values.as<float>();
  float* scales = space.scales.as<float>();
  for_rows(x.rows, x.cols, [&](std::int64_t r) {
    kernels_.quantise_row({.x = x.row<float>(r),
                           .cols = x.cols,
                           .ue8m0 = weight.input() == input_form::e4m3_128_ue8m0,
                           .out = values + r * x.cols,
                           .scales = scales + r * segments,
                           .segment = weight.segment()});
  });
  return {values, x.cols, scales, segments};
}

gemm_params simd_backend::product(const input_rows& x, std::int64_t first_row, std::int64_t rows,
                                  const weight_panels& weight, std::int64_t first_panel,
                                  std::int64_t panels) const noexcept {
  gemm_params p;
  weight.fill(p, first_panel, panels);
  p.x = x.values + first_row * x.stride;
  p.x_stride = x.stride;
  if (x.scales != nullptr) {
    p.x_scales = x.scales + first_row * x.scale_stride;
    p.x_scale_stride = x.scale_stride;
  }
  p.rows = rows;
  return p;
}

void simd_backend::multiply_parts(const_tensor_view x, const simd_linear& weight, tensor_view out,
                                  element rounding) {
  HADAL_ASSERT(x.cols == weight.cols && out.cols == weight.rows && out.rows == x.rows);
  HADAL_ASSERT(x.rows <= space_.limits.step_rows && x.cols <= space_.limits.linear_cols);

  std::array<input_rows, linear_parts_max> inputs;
  const weight_panels* quantised_for = nullptr;
  std::size_t quantised_part = 0;
  std::int64_t panels = 0;
  for (std::size_t i = 0; i < weight.parts.size(); ++i) {
    const weight_panels& part = weight.parts[i];
    panels += part.panel_count();
    if (part.quantised_input() && quantised_for != nullptr) {
      HADAL_ASSERT(part.shares_input(*quantised_for));
      inputs[i] = inputs[quantised_part];
      continue;
    }
    inputs[i] = prepare(x, part, space_.input);
    if (part.quantised_input()) {
      quantised_for = &part;
      quantised_part = i;
    }
  }

  // Narrower tiles if few rows would leave threads idle; the width changes no bit of a result.
  std::int64_t width = gemm_panels_max;
  const std::int64_t row_tiles = ceil_div(x.rows, tile_rows);
  while (width > 1 && row_tiles * ceil_div(panels, width) < 2 * pool_.thread_count())
    width /= 2;
  std::array<std::int64_t, numa_nodes_max> groups{}; // of all parts, on each node
  thread_pool::node_tiles begins{};
  for (int n = 0; n < pool_.node_count(); ++n) {
    const auto node = static_cast<std::size_t>(n);
    for (const weight_panels& part : weight.parts)
      groups[node] += ceil_div(part.panel_count(n), width);
    begins[node + 1] = begins[node] + row_tiles * groups[node];
  }

  for_weight_tiles(
      begins, x.rows * weight.rows * x.cols, [&](int node, std::int64_t tile, std::int32_t) {
        const std::int64_t of_row = groups[static_cast<std::size_t>(node)];
        const std::int64_t first_row = tile / of_row * tile_rows;
        const std::int64_t rows = std::min(tile_rows, x.rows - first_row);
        std::int64_t group = tile % of_row;
        std::int64_t first_col = 0;
        std::size_t part = 0;
        for (; group >= ceil_div(weight.parts[part].panel_count(node), width); ++part) {
          group -= ceil_div(weight.parts[part].panel_count(node), width);
          first_col += weight.parts[part].rows();
        }
        const weight_panels& panels_of = weight.parts[part];
        const std::int64_t panel = panels_of.first_panel(node) + group * width;
        const std::int64_t count = std::min(width, panels_of.first_panel(node + 1) - panel);
        gemm_params p = product(inputs[part], first_row, rows, panels_of, panel, count);
        p.out = out.row<float>(first_row) + first_col + panel * panel_width;
        p.out_stride = out.row_stride;
        p.round = rounding;
        kernels_.gemm(p);
      });
}

void simd_backend::linear(const_tensor_view x, const packed_linear& weight, tensor_view out) {
  multiply_parts(x, static_cast<const simd_linear&>(weight), out, round());
}

void simd_backend::logits(const_tensor_view x, const packed_linear& head, tensor_view out) {
  multiply_parts(x, static_cast<const simd_linear&>(head), out, element::float32);
}

} // namespace hadal::kernels::simd
