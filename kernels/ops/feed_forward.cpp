#include "kernels/ops/backend.hpp"

namespace hadal::kernels {

void backend::mlp_block(const_tensor_view x, const mlp_weights& weights, const mlp_scratch& scratch,
                        tensor_view out) {
  const std::int64_t width = weights.down->cols;
  const tensor_view gate_up = scratch.gate_up.row_range(0, x.rows).columns(0, 2 * width);
  const tensor_view product = scratch.product.row_range(0, x.rows).columns(0, width);
  linear(x, *weights.gate_up, gate_up);
  swiglu(gate_up, product);
  linear(product, *weights.down, out);
}

void backend::moe_block(const_tensor_view x, const moe_weights& weights, const moe_scratch& scratch,
                        tensor_view out) {
  const std::int64_t chosen = weights.routing.experts_per_token;
  const tensor_view ids = scratch.ids.row_range(0, x.rows).columns(0, chosen);
  const tensor_view shares = scratch.weights.row_range(0, x.rows).columns(0, chosen);
  route(x, *weights.router, ids, shares);
  if (weights.hits.data != nullptr)
    count_hits(ids, weights.hits);
  expert_mlp(x, *weights.experts, ids, shares, out);
  if (weights.shared.gate_up == nullptr)
    return;
  const tensor_view shared = scratch.shared.row_range(0, x.rows);
  mlp_block(x, weights.shared, scratch.mlp, shared);
  add(out, shared);
}

} // namespace hadal::kernels
