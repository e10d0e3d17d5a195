#include "base/assert.hpp"
#include "kernels/core/integers.hpp"
#include "kernels/cpu/simd/tiling.hpp"

#include <algorithm>

namespace hadal::kernels::simd {

namespace {

using expert = simd_experts::expert;

/// The first weight that takes quantised rows, null if none does. All such weights take the same
/// rows.
const weight_panels* quantised_weight(const std::vector<expert>& experts,
                                      weight_panels expert::*weight, const weight_panels* shared) {
  for (const expert& e : experts)
    if ((e.*weight).quantised_input())
      return &(e.*weight);
  return shared != nullptr && shared->quantised_input() ? shared : nullptr;
}

/// Some rows of a product against some panels of a weight.
struct panel_tile {
  std::int64_t row_tile;
  std::int64_t panel;
  std::int64_t panels;
};

/// Tiles of `width` panels of a weight that one node stores.
std::int64_t groups_on(const weight_panels& weight, int node, std::int64_t width) {
  return ceil_div(weight.panel_count(node), width);
}

/// The panels of a row tile are consecutive.
panel_tile tile_of(const weight_panels& weight, int node, std::int64_t width, std::int64_t tile) {
  const std::int64_t groups = groups_on(weight, node, width);
  const std::int64_t panel = weight.first_panel(node) + tile % groups * width;
  return {tile / groups, panel, std::min(width, weight.first_panel(node + 1) - panel)};
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
  thread_pool::node_tiles begins{};
  for (int node = 0; node < pool_.node_count(); ++node)
    begins[static_cast<std::size_t>(node) + 1] =
        begins[static_cast<std::size_t>(node)] +
        ceil_div(x.rows, tile_rows) * groups_on(gate.gate, node, gemm_panels_max);
  for_weight_tiles(begins, x.rows * experts * x.cols,
                   [&](int node, std::int64_t tile, std::int32_t) {
                     const panel_tile at = tile_of(gate.gate, node, gemm_panels_max, tile);
                     const std::int64_t first = at.row_tile * tile_rows;
                     gemm_params p = product(input, first, std::min(tile_rows, x.rows - first),
                                             gate.gate, at.panel, at.panels);
                     p.out = logits + first * experts + at.panel * panel_width;
                     p.out_stride = experts;
                     kernels_.gemm(p);
                   });
  // Choosing costs about forty comparisons per expert.
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
  // After the scatter begins[e] is the end of expert e, which is the begin of e + 1: shift by one.
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

/// Runs body(expert, tile, worker) for the tiles of one product of every expert; all routed experts
/// have weights of the shape of `routed`. The shared expert, if there is one, has the number
/// `experts` and positions of its own. Each node works on its panels of all chosen experts. `work`:
/// multiplications in all.
template <class Body>
void simd_backend::for_expert_tiles(std::int64_t experts, const weight_panels& routed,
                                    const weight_panels* shared, std::int64_t shared_rows,
                                    std::int64_t work, Body&& body) {
  const std::int64_t* const begins = space_.expert_begins.data();
  std::int64_t* const row_tiles = space_.row_tile_begins.data();
  row_tiles[0] = 0;
  for (std::int64_t e = 0; e < experts; ++e)
    row_tiles[e + 1] = row_tiles[e] + ceil_div(begins[e + 1] - begins[e], tile_rows);
  const std::int64_t shared_row_tiles = shared == nullptr ? 0 : ceil_div(shared_rows, tile_rows);
  std::int64_t width = gemm_panels_max;
  const auto shared_on = [&](int node) {
    return shared == nullptr ? 0 : shared_row_tiles * groups_on(*shared, node, width);
  };
  thread_pool::node_tiles tiles{};
  const auto count_tiles = [&] {
    for (int node = 0; node < pool_.node_count(); ++node)
      tiles[static_cast<std::size_t>(node) + 1] =
          tiles[static_cast<std::size_t>(node)] + shared_on(node) +
          row_tiles[experts] * groups_on(routed, node, width);
    return tiles[static_cast<std::size_t>(pool_.node_count())];
  };
  // Narrower tiles if few rows would leave threads idle; the width changes no bit of a result.
  while (count_tiles() < 2 * pool_.thread_count() && width > 1)
    width /= 2;

  // The shared expert has the most rows: its tiles run first, small tiles fill up the end.
  for_weight_tiles(tiles, work, [&](int node, std::int64_t tile, std::int32_t worker) {
    if (tile < shared_on(node)) {
      const panel_tile at = tile_of(*shared, node, width, tile);
      const std::int64_t first = at.row_tile * tile_rows;
      return body(experts,
                  expert_tile{first, std::min(tile_rows, shared_rows - first), at.panel, at.panels},
                  worker);
    }
    const panel_tile at = tile_of(routed, node, width, tile - shared_on(node));
    const std::int64_t e =
        std::upper_bound(row_tiles, row_tiles + experts + 1, at.row_tile) - row_tiles - 1;
    const std::int64_t first = begins[e] + (at.row_tile - row_tiles[e]) * tile_rows;
    body(e, expert_tile{first, std::min(tile_rows, begins[e + 1] - first), at.panel, at.panels},
         worker);
  });
}

simd_backend::expert_inputs simd_backend::expert_inputs_of(const_tensor_view x,
                                                           const weight_panels* quantised_for,
                                                           quantised_rows& space) {
  expert_inputs inputs;
  inputs.plain = {.values = static_cast<const float*>(x.data), .stride = x.row_stride};
  if (quantised_for != nullptr && quantised_for->quantised_input()) {
    inputs.quantised = prepare(x, *quantised_for, space);
    inputs.quantised_for = quantised_for;
  }
  return inputs;
}

const simd_backend::input_rows& simd_backend::input_of(const expert_inputs& inputs,
                                                       const weight_panels& weight) {
  if (!weight.quantised_input())
    return inputs.plain;
  HADAL_ASSERT(inputs.quantised_for != nullptr && weight.shares_input(*inputs.quantised_for));
  return inputs.quantised;
}

void simd_backend::expert_product(const expert_inputs& x, const weight_panels& gate,
                                  const weight_panels& up, const expert_positions& at,
                                  const expert_tile& tile, std::int32_t worker) {
  float* const gates = space_.gate_up.as<float>() + worker * 2 * tile_rows * tile_cols;
  float* const ups = gates + tile_rows * tile_cols;
  const auto multiply = [&](const weight_panels& weight, float* to) {
    const std::int64_t first_row = at.x_rows == nullptr ? tile.first : 0;
    gemm_params p =
        product(input_of(x, weight), first_row, tile.rows, weight, tile.panel, tile.panels);
    if (at.x_rows != nullptr)
      p.x_rows = at.x_rows + tile.first;
    p.out = to;
    p.out_stride = tile_cols;
    p.round = round();
    kernels_.gemm(p);
    return p.cols;
  };
  multiply(gate, gates);
  const std::int64_t cols = multiply(up, ups);
  for (std::int64_t r = 0; r < tile.rows; ++r)
    kernels_.swiglu_row(gates + r * tile_cols, ups + r * tile_cols,
                        at.products.row<float>(tile.first + r) + tile.panel * panel_width, cols,
                        round());
}

void simd_backend::expert_output(const expert_inputs& products, const weight_panels& down,
                                 const expert_positions& at, const expert_tile& tile) {
  gemm_params p =
      product(input_of(products, down), tile.first, tile.rows, down, tile.panel, tile.panels);
  p.out = at.outputs.row<float>(tile.first) + tile.panel * panel_width;
  p.out_stride = at.outputs.row_stride;
  p.round = round();
  kernels_.gemm(p);
}

void simd_backend::run_experts(const_tensor_view x, const simd_experts& experts,
                               const shared_expert& shared, const_tensor_view ids,
                               const_tensor_view weights, tensor_view out) {
  const auto& all = experts.experts;
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
  const expert_positions routed = {
      .x_rows = space_.position_rows.as<std::int32_t>(),
      .products = {space_.product.data(), dtype::float32, positions, width},
      .outputs = {space_.expert_outputs.data(), dtype::float32, positions, hidden}};
  const std::int64_t shared_width = shared.down == nullptr ? 0 : shared.down->cols();
  const std::int64_t columns = positions * width + x.rows * shared_width; // of products, all rows

  const expert_inputs inputs =
      expert_inputs_of(x, quantised_weight(all, &expert::gate, shared.gate), space_.input);
  for_expert_tiles(count, all[0].gate, shared.gate, x.rows, columns * 2 * x.cols,
                   [&](std::int64_t e, const expert_tile& tile, std::int32_t worker) {
                     if (e == count)
                       return expert_product(inputs, *shared.gate, *shared.up, shared.positions,
                                             tile, worker);
                     const expert& own = all[static_cast<std::size_t>(e)];
                     expert_product(inputs, own.gate, own.up, routed, tile, worker);
                   });

  const expert_inputs products = expert_inputs_of(
      routed.products, quantised_weight(all, &expert::down, nullptr), space_.product_q);
  expert_inputs shared_products; // x is no longer needed
  if (shared.down != nullptr)
    shared_products = expert_inputs_of(shared.positions.products, shared.down, space_.input);
  for_expert_tiles(count, all[0].down, shared.down, x.rows, columns * hidden,
                   [&](std::int64_t e, const expert_tile& tile, std::int32_t) {
                     if (e == count)
                       return expert_output(shared_products, *shared.down, shared.positions, tile);
                     const expert& own = all[static_cast<std::size_t>(e)];
                     expert_output(products, own.down, routed, tile);
                   });

  sum_expert_outputs(weights, shared.positions.outputs, out);
}

void simd_backend::expert_mlp(const_tensor_view x, const packed_experts& experts,
                              const_tensor_view ids, const_tensor_view weights, tensor_view out) {
  run_experts(x, static_cast<const simd_experts&>(experts), {}, ids, weights, out);
}

void simd_backend::sum_expert_outputs(const_tensor_view weights, const_tensor_view shared,
                                      tensor_view out) {
  const float* const outputs = space_.expert_outputs.as<float>();
  const std::int64_t hidden = out.cols;
  for_rows(out.rows, (weights.cols + (shared.rows > 0 ? 1 : 0)) * hidden, [&](std::int64_t r) {
    float* const sum = out.row<float>(r);
    std::fill(sum, sum + hidden, 0.0f);
    for (std::int64_t i = 0; i < weights.cols; ++i) {
      const std::int32_t position = space_.positions.as<std::int32_t>()[r * weights.cols + i];
      kernels_.add_scaled_row(sum, outputs + position * hidden, weights.row<float>(r)[i], hidden);
    }
    kernels_.round_row(sum, hidden, round());
    if (shared.rows > 0)
      kernels_.add_row(sum, shared.row<float>(r), hidden, round());
  });
}

} // namespace hadal::kernels::simd
