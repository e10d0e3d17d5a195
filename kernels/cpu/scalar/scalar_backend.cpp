#include "kernels/cpu/scalar/scalar_backend.hpp"

#include "kernels/cpu/scalar/activation_quantizer.hpp"

#include <algorithm>
#include <new>

namespace hadal::kernels {

namespace {

/// Reserves `count` elements of T.
template <class T>
result<void> size(host_memory& memory, std::int64_t count) {
  HADAL_TRY_ASSIGN(made,
                   host_memory::reserve(static_cast<std::size_t>(count) * sizeof(T), "workspaces"));
  memory = std::move(made);
  return {};
}

} // namespace

result<std::unique_ptr<backend>> make_scalar_backend(const backend_options& options) {
  HADAL_ASSERT(options.compute == dtype::float32 || options.compute == dtype::bfloat16 ||
               options.compute == dtype::float16);
  return std::make_unique<scalar_backend>(options);
}

result<tensor_view> scalar_backend::allocate(dtype type, std::int64_t rows, std::int64_t cols) {
  HADAL_TRY_ASSIGN(memory,
                   host_memory::reserve(static_cast<std::size_t>(rows * cols) * size_bytes(type),
                                        "activations"));
  tensors_.push_back(std::move(memory));
  return tensor_view(tensors_.back().data(), type, rows, cols);
}

result<void> scalar_backend::reserve(const workspace_limits& limits) {
  limits_ = limits;
  const std::int64_t groups = (limits.linear_cols + activation_group - 1) / activation_group;
  const mla_shape& mla = limits.attention;
  HADAL_TRY(size<float>(weight_row_, limits.linear_cols));
  HADAL_TRY(size<std::uint8_t>(quantised_x_, limits.step_rows * limits.linear_cols));
  HADAL_TRY(size<float>(x_scales_, limits.step_rows * groups));
  HADAL_TRY(size<float>(kv_rows_, limits.context_length * mla.kv_row_dim()));
  HADAL_TRY(
      size<float>(expanded_, limits.context_length * (mla.qk_nope_head_dim + mla.v_head_dim)));
  HADAL_TRY(size<double>(scores_, limits.context_length));
  HADAL_TRY(size<double>(latent_query_, mla.kv_lora_rank));
  HADAL_TRY(size<double>(latent_value_, std::max(mla.kv_lora_rank, mla.v_head_dim)));
  HADAL_TRY(size<float>(router_logits_, limits.experts));
  routing_.reserve(limits.experts);
  HADAL_TRY(size<std::int32_t>(expert_rows_, limits.step_rows));
  HADAL_TRY(size<float>(expert_shares_, limits.step_rows));
  HADAL_TRY(size<float>(expert_x_, limits.step_rows * limits.linear_cols));
  HADAL_TRY(size<float>(expert_gate_up_, limits.step_rows * 2 * limits.mlp_width));
  HADAL_TRY(size<float>(expert_product_, limits.step_rows * limits.mlp_width));
  HADAL_TRY(size<float>(expert_out_, limits.step_rows * limits.linear_cols));
  HADAL_TRY(size<float>(expert_sum_, limits.step_rows * limits.linear_cols));
  return {};
}

} // namespace hadal::kernels
