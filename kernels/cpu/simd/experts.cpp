#include "base/assert.hpp"
#include "kernels/cpu/simd/tiling.hpp"

#include <algorithm>

namespace hadal::kernels::simd {

namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

} // namespace

void simd_backend::route(const_tensor_view x, const packed_router& router, tensor_view ids,
                         tensor_view weights) {
  const auto& gate = static_cast<const simd_router&>(router);
  HADAL_ASSERT(x.cols == gate.gate.cols() && ids.rows == x.rows && weights.rows == x.rows);
  HADAL_ASSERT(ids.cols == gate.shape.experts_per_token && weights.cols == ids.cols);
  HADAL_ASSERT(x.rows <= space_.limits.step_rows);
  const std::int64_t experts = gate.shape.experts;
  float* const logits = space_.router_logits.as<float>();
  const input_rows input = prepare(x, gate.gate, space_.input);
  const std::int64_t groups = ceil_div(gate.gate.panel_count(), gemm_panels_max);
  const std::int64_t row_tiles = ceil_div(x.rows, tile_rows);
  for_tiles(row_tiles * groups, x.rows * experts * x.cols, [&](std::int64_t tile, std::int32_t) {
    const std::int64_t first = tile / groups * tile_rows;
    const std::int64_t panel = tile % groups * gemm_panels_max;
    gemm_params p =
        product(input, first, std::min(tile_rows, x.rows - first), gate.gate, panel,
                std::min<std::int64_t>(gemm_panels_max, gate.gate.panel_count() - panel));
    p.out = logits + first * experts + panel * panel_width;
    p.out_stride = experts;
    kernels_.gemm(p);
  });
  // Choosing costs about forty comparisons an expert.
  for_tiles(x.rows, x.rows * experts * 40, [&](std::int64_t r, std::int32_t worker) {
    choose_experts(gate.shape, {logits + r * experts, static_cast<std::size_t>(experts)}, gate.bias,
                   space_.routing[static_cast<std::size_t>(worker)], ids.row<std::int32_t>(r),
                   weights.row<float>(r));
  });
}

void simd_backend::sort_by_expert(const_tensor_view ids, std::int64_t experts) {
  std::int64_t* const begins = space_.expert_begins.data();
  std::fill(begins, begins + experts + 1, 0);
  for (std::int64_t r = 0; r < ids.rows; ++r)
    for (std::int64_t i = 0; i < ids.cols; ++i) {
      const std::int32_t expert = ids.row<std::int32_t>(r)[i];
      HADAL_ASSERT(expert >= 0 && expert < experts);
      ++begins[expert + 1];
    }
  for (std::int64_t e = 0; e < experts; ++e)
    begins[e + 1] += begins[e];
  // Handing out positions moves each beginning to its end, the next one's beginning.
  std::int32_t* const rows = space_.position_rows.as<std::int32_t>();
  std::int32_t* const positions = space_.positions.as<std::int32_t>();
  for (std::int64_t r = 0; r < ids.rows; ++r)
    for (std::int64_t i = 0; i < ids.cols; ++i) {
      const auto position = static_cast<std::int32_t>(begins[ids.row<std::int32_t>(r)[i]]++);
      rows[position] = static_cast<std::int32_t>(r);
      positions[r * ids.cols + i] = position;
    }
  std::copy_backward(begins, begins + experts, begins + experts + 1);
  begins[0] = 0;
}

/// Tiles of one product of every expert that has positions: body(expert, first position, positions,
/// first panel, panels, worker), for weights of `cols` outputs and `depth` inputs.
template <class Body>
void simd_backend::for_expert_tiles(std::int64_t experts, std::int64_t cols, std::int64_t depth,
                                    Body&& body) {
  const std::int64_t panels = ceil_div(cols, panel_width);
  const std::int64_t groups = ceil_div(panels, gemm_panels_max);
  const std::int64_t* const begins = space_.expert_begins.data();
  std::int64_t* const tiles = space_.tile_begins.data();
  tiles[0] = 0;
  for (std::int64_t e = 0; e < experts; ++e)
    tiles[e + 1] = tiles[e] + ceil_div(begins[e + 1] - begins[e], tile_rows) * groups;
  for_tiles(tiles[experts], begins[experts] * cols * depth,
            [&](std::int64_t tile, std::int32_t worker) {
              const std::int64_t e = std::upper_bound(tiles, tiles + experts + 1, tile) - tiles - 1;
              const std::int64_t within = tile - tiles[e];
              const std::int64_t first = begins[e] + within / groups * tile_rows;
              const std::int64_t panel = within % groups * gemm_panels_max;
              body(static_cast<std::size_t>(e), first, std::min(tile_rows, begins[e + 1] - first),
                   panel, std::min<std::int64_t>(gemm_panels_max, panels - panel), worker);
            });
}

void simd_backend::expert_mlp(const_tensor_view x, const packed_experts& experts,
                              const_tensor_view ids, const_tensor_view weights, tensor_view out) {
  const auto& all = static_cast<const simd_experts&>(experts).experts;
  const auto count = static_cast<std::int64_t>(all.size());
  HADAL_ASSERT(x.rows <= space_.limits.step_rows && out.rows == x.rows && ids.rows == x.rows);
  HADAL_ASSERT(count <= space_.limits.experts && ids.cols <= space_.limits.experts_per_token);
  if (x.rows == 0)
    return;
  sort_by_expert(ids, count);
  const std::int64_t positions = x.rows * ids.cols;
  const std::int64_t width = all[0].down.cols();
  const std::int64_t hidden = all[0].down.rows();
  HADAL_ASSERT(x.cols == all[0].gate.cols() && out.cols == hidden);

  const input_rows plain = {.values = static_cast<const float*>(x.data), .stride = x.row_stride};
  input_rows quantised;
  for (const simd_experts::expert& expert : all)
    if (expert.gate.quantised_input() && quantised.values == nullptr)
      quantised = prepare(x, expert.gate, space_.input);

  float* const product_rows = space_.product.as<float>();
  for_expert_tiles(count, width, 2 * x.cols,
                   [&](std::size_t e, std::int64_t first, std::int64_t rows, std::int64_t panel,
                       std::int64_t panels, std::int32_t worker) {
                     float* const gate =
                         space_.gate_up.as<float>() + worker * 2 * tile_rows * tile_cols;
                     float* const up = gate + tile_rows * tile_cols;
                     const auto multiply = [&](const weight_panels& weight, float* to) {
                       gemm_params p = product(weight.quantised_input() ? quantised : plain, 0,
                                               rows, weight, panel, panels);
                       p.x_rows = space_.position_rows.as<std::int32_t>() + first;
                       p.out = to;
                       p.out_stride = tile_cols;
                       p.round = round();
                       kernels_.gemm(p);
                       return p.cols;
                     };
                     multiply(all[e].gate, gate);
                     const std::int64_t cols = multiply(all[e].up, up);
                     for (std::int64_t r = 0; r < rows; ++r)
                       kernels_.swiglu_row(gate + r * tile_cols, up + r * tile_cols,
                                           product_rows + (first + r) * width + panel * panel_width,
                                           cols, round());
                   });

  const const_tensor_view product_view(product_rows, dtype::float32, positions, width);
  const input_rows plain_product = {.values = product_rows, .stride = width};
  input_rows quantised_product;
  for (const simd_experts::expert& expert : all)
    if (expert.down.quantised_input() && quantised_product.values == nullptr)
      quantised_product = prepare(product_view, expert.down, space_.product_q);

  float* const outputs = space_.expert_outputs.as<float>();
  for_expert_tiles(count, hidden, width,
                   [&](std::size_t e, std::int64_t first, std::int64_t rows, std::int64_t panel,
                       std::int64_t panels, std::int32_t) {
                     const weight_panels& weight = all[e].down;
                     gemm_params p =
                         product(weight.quantised_input() ? quantised_product : plain_product,
                                 first, rows, weight, panel, panels);
                     p.out = outputs + first * hidden + panel * panel_width;
                     p.out_stride = hidden;
                     p.round = round();
                     kernels_.gemm(p);
                   });

  sum_expert_outputs(weights, out);
}

void simd_backend::sum_expert_outputs(const_tensor_view weights, tensor_view out) {
  const float* const outputs = space_.expert_outputs.as<float>();
  const std::int64_t hidden = out.cols;
  for_rows(out.rows, weights.cols * hidden, [&](std::int64_t r) {
    float* const sum = out.row<float>(r);
    std::fill(sum, sum + hidden, 0.0f);
    for (std::int64_t i = 0; i < weights.cols; ++i) {
      const std::int32_t position = space_.positions.as<std::int32_t>()[r * weights.cols + i];
      kernels_.add_scaled_row(sum, outputs + position * hidden, weights.row<float>(r)[i], hidden);
    }
    kernels_.round_row(sum, hidden, round());
  });
}

} // namespace hadal::kernels::simd
