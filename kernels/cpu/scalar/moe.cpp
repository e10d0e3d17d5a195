#include "kernels/core/float_formats.hpp"
#include "kernels/cpu/scalar/packed.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"

#include <algorithm>

namespace hadal::kernels {

void scalar_backend::route(const_tensor_view x, const packed_router& router, tensor_view ids,
                           tensor_view weights) {
  const auto& gate = static_cast<const scalar_router&>(router);
  HADAL_ASSERT(x.cols == gate.gate.cols && ids.rows == x.rows && weights.rows == x.rows);
  HADAL_ASSERT(ids.cols == gate.shape.experts_per_token && weights.cols == ids.cols);
  const tensor_view logits(router_logits_.data(), dtype::float32, 1, gate.shape.experts);
  for (std::int64_t r = 0; r < x.rows; ++r) {
    multiply(x.row_range(r, 1), gate.gate, false, logits);
    choose_experts(gate.shape, {logits.row<float>(0), static_cast<std::size_t>(gate.shape.experts)},
                   gate.bias, routing_, ids.row<std::int32_t>(r), weights.row<float>(r));
  }
}

void scalar_backend::expert_mlp(const_tensor_view x, const packed_experts& experts,
                                const_tensor_view ids, const_tensor_view weights, tensor_view out) {
  const auto& all = static_cast<const scalar_experts&>(experts).experts;
  HADAL_ASSERT(x.rows <= limits_.step_rows && out.rows == x.rows && out.cols == x.cols);
  std::int32_t* rows = expert_rows_.as<std::int32_t>();
  float* shares = expert_shares_.as<float>();
  const tensor_view sum(expert_sum_.data(), dtype::float32, x.rows, x.cols);
  for (std::int64_t r = 0; r < x.rows; ++r)
    std::fill_n(sum.row<float>(r), x.cols, 0.0f);

  // Experts by ascending id, so that the outputs of a row are added in the order of its ids.
  for (std::size_t e = 0; e < all.size(); ++e) {
    std::int64_t count = 0;
    for (std::int64_t r = 0; r < x.rows; ++r) {
      const std::int32_t* chosen = ids.row<std::int32_t>(r);
      const std::int32_t* found = std::find(chosen, chosen + ids.cols, static_cast<int>(e));
      if (found == chosen + ids.cols)
        continue;
      rows[count] = static_cast<std::int32_t>(r);
      shares[count++] = weights.row<float>(r)[found - chosen];
    }
    if (count == 0)
      continue;
    const std::int64_t width = all[e].down->cols;
    const tensor_view gathered(expert_x_.data(), dtype::float32, count, x.cols);
    const tensor_view gate_up(expert_gate_up_.data(), dtype::float32, count, 2 * width);
    const tensor_view product(expert_product_.data(), dtype::float32, count, width);
    const tensor_view result(expert_out_.data(), dtype::float32, count, x.cols);
    gather_rows(x, {rows, static_cast<std::size_t>(count)}, gathered);
    linear(gathered, *all[e].gate_up, gate_up);
    swiglu(gate_up, product);
    linear(product, *all[e].down, result);
    for (std::int64_t i = 0; i < count; ++i) {
      float* to = sum.row<float>(rows[i]);
      const float* from = result.row<float>(i);
      for (std::int64_t c = 0; c < x.cols; ++c)
        to[c] += shares[i] * from[c];
    }
  }
  for (std::int64_t r = 0; r < x.rows; ++r)
    for (std::int64_t c = 0; c < x.cols; ++c)
      out.row<float>(r)[c] = rounded(sum.row<float>(r)[c]);
}

} // namespace hadal::kernels
