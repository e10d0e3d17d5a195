// A MoE block in three loops after its router: gate, up and swiglu of routed experts and the shared
// one together, their down projections together, and the sum of a row's outputs. The default block
// takes seven loops, and threads wait for each other at the end of each; the bits are the same.

#include "base/assert.hpp"
#include "kernels/cpu/simd/simd_backend.hpp"

#include <algorithm>

namespace hadal::kernels::simd {

namespace {

/// True if two weights take the same prepared rows.
bool same_input(const weight_panels& a, const weight_panels& b) noexcept {
  return !a.quantised_input() || !b.quantised_input() || a.shares_input(b);
}

/// True if the shared expert can run with the routed ones: gate and up are separate parts, and all
/// weights that take quantised rows take the same rows.
bool goes_with(const simd_experts& experts, const simd_linear& gate_up, const simd_linear& down) {
  if (gate_up.parts.size() != 2 || down.parts.size() != 1)
    return false;
  const weight_panels& gate = gate_up.parts[0];
  const weight_panels& up = gate_up.parts[1];
  return gate.rows() == up.rows() && gate.quantised_input() == up.quantised_input() &&
         same_input(gate, up) &&
         std::all_of(experts.experts.begin(), experts.experts.end(),
                     [&](const simd_experts::expert& e) { return same_input(gate, e.gate); });
}

} // namespace

void simd_backend::moe_block(const_tensor_view x, const moe_weights& weights,
                             const moe_scratch& scratch, tensor_view out) {
  const auto& experts = static_cast<const simd_experts&>(*weights.experts);
  const auto* const gate_up = static_cast<const simd_linear*>(weights.shared.gate_up.get());
  const auto* const down = static_cast<const simd_linear*>(weights.shared.down.get());
  if (gate_up == nullptr || !goes_with(experts, *gate_up, *down))
    return backend::moe_block(x, weights, scratch, out);

  HADAL_ASSERT(gate_up->cols == x.cols && gate_up->rows == 2 * down->cols);
  HADAL_ASSERT(down->rows == out.cols && down->cols <= space_.limits.linear_cols);
  const std::int64_t chosen = weights.routing.experts_per_token;
  const tensor_view ids = scratch.ids.row_range(0, x.rows).columns(0, chosen);
  const tensor_view shares = scratch.weights.row_range(0, x.rows).columns(0, chosen);
  route(x, *weights.router, ids, shares);
  if (weights.hits.data != nullptr)
    count_hits(ids, weights.hits);
  const shared_expert shared = {
      .gate = gate_up->parts.data(),
      .up = &gate_up->parts[1],
      .down = down->parts.data(),
      .positions = {.products = scratch.mlp.product.row_range(0, x.rows).columns(0, down->cols),
                    .outputs = scratch.shared.row_range(0, x.rows)}};
  run_experts(x, experts, shared, ids, shares, out);
}

} // namespace hadal::kernels::simd
