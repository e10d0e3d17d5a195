#pragma once
// The scalar backend: the oracle that other backends are compared with, written to be obviously
// right. Every verb is a loop over named dimensions on one thread.
//
// Activations are float32 holding values of `backend_options::activations()`. Sums along K, over
// keys and over squares run in double, from the first index to the last, and are rounded once: a
// difference to another backend is that backend's rounding alone. The sum over a token's experts is
// float32, because its order and type are part of the verb. Unquantised weights are kept as
// float32, float8 weights as their bytes and scales.

#include "kernels/core/float_formats.hpp"
#include "kernels/core/host_memory.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/scalar/routing.hpp"

#include <memory>
#include <vector>

namespace hadal::kernels {

struct scalar_kv_b;
struct scalar_matrix;

class scalar_backend : public cpu_backend {
public:
  explicit scalar_backend(const backend_options& options) : cpu_backend(options) {}

  std::string_view name() const noexcept override { return "scalar"; }
  dtype activation_type() const noexcept override { return dtype::float32; }

  result<tensor_view> allocate(dtype type, std::int64_t rows, std::int64_t cols) override;
  result<void> reserve(const workspace_limits& limits) override;
  result<kv_cache_ptr> make_kv_cache(const kv_cache_shape& shape) override;

  result<packed_embedding_ptr> pack_embedding(const raw_weight& table) const override;
  result<packed_norm_ptr> pack_norm(std::span<const float> weight) const override;
  result<packed_linear_ptr> pack_linear(std::span<const raw_weight> parts) const override;
  result<packed_kv_b_ptr> pack_kv_b(const raw_weight& kv_b, const mla_shape& shape) const override;
  result<packed_router_ptr> pack_router(const raw_weight& gate, std::span<const float> bias,
                                        const routing_shape& shape) const override;
  result<packed_experts_ptr> pack_experts(std::span<const raw_expert> experts) const override;
  result<rope_table_ptr> make_rope_table(std::span<const float> inv_freq, float multiplier,
                                         std::int64_t positions) const override;

  std::uint64_t embedding_bytes(const raw_weight& table) const override;
  std::uint64_t linear_bytes(const raw_weight& part) const override;
  std::uint64_t kv_b_bytes(const raw_weight& kv_b, const mla_shape& shape) const override;

  void embed(const packed_embedding& table, tensor_view out) override;
  void rms_norm(const_tensor_view x, const packed_norm& weight, float eps,
                tensor_view out) override;
  void add_rms_norm(tensor_view residual, const_tensor_view delta, const packed_norm& weight,
                    float eps, tensor_view out) override;
  void quantize_fp8(const_tensor_view x, input_form form, tensor_view out,
                    tensor_view scales) override;
  void linear(const_tensor_view x, const packed_linear& weight, tensor_view out) override;
  void rope(const rope_table& table, tensor_view x, std::int32_t heads, std::int64_t first,
            std::int64_t stride) override;
  void append_kv(kv_cache& cache, std::int32_t layer, const_tensor_view latent,
                 const_tensor_view key) override;
  void mla_absorbed(const_tensor_view q, const packed_kv_b& kv_b, const kv_cache& cache,
                    std::int32_t layer, std::span<const std::int32_t> sequences,
                    tensor_view out) override;
  void mla_expanded(const_tensor_view q, const packed_kv_b& kv_b, const kv_cache& cache,
                    std::int32_t layer, std::span<const std::int32_t> sequences,
                    tensor_view out) override;
  void swiglu(const_tensor_view gate_up, tensor_view out) override;
  void route(const_tensor_view x, const packed_router& router, tensor_view ids,
             tensor_view weights) override;
  void expert_mlp(const_tensor_view x, const packed_experts& experts, const_tensor_view ids,
                  const_tensor_view weights, tensor_view out) override;
  void add(tensor_view x, const_tensor_view y) override;
  void logits(const_tensor_view x, const packed_linear& head, tensor_view out) override;

protected:
  void gather_rows(const_tensor_view x, std::span<const std::int32_t> rows,
                   tensor_view out) override;

private:
  /// The nearest value of activations().
  float rounded(double value) const noexcept {
    return round_to(options().activations(), static_cast<float>(value));
  }

  void multiply(const_tensor_view x, const scalar_matrix& matrix, bool round_result,
                tensor_view out);
  void multiply_w8a8(const_tensor_view x, const scalar_matrix& matrix, tensor_view out);

  /// All KV rows of a sequence, decoded to float32: [cached_len + extend_len, row_dim].
  const_tensor_view read_kv(const kv_cache& cache, std::int32_t layer,
                            const step_sequence& sequence);
  /// Softmax of scores_[0, keys) in place, each probability rounded.
  void softmax_scores(std::int64_t keys);

  /// One query row and head, [qk_head_dim] -> [v_head_dim], over the first `keys` rows of `kv`.
  void absorbed_head(const float* q, const scalar_kv_b& weights, std::int64_t head,
                     const_tensor_view kv, std::int64_t keys, float* out);
  /// One head's keys and values of every row of `kv`: [rows, nope + v], rounded.
  const_tensor_view expand_head(const scalar_kv_b& weights, std::int64_t head,
                                const_tensor_view kv);
  void expanded_head(const float* q, const mla_shape& shape, const_tensor_view expanded,
                     const_tensor_view kv, std::int64_t keys, float* out);

  std::vector<host_memory> tensors_;
  workspace_limits limits_;
  host_memory weight_row_;    // float [linear_cols]
  host_memory quantised_x_;   // float8 [step_rows, linear_cols]
  host_memory x_scales_;      // float [step_rows, ceil(linear_cols / 128)]
  host_memory kv_rows_;       // float [context_length, kv_row_dim]
  host_memory expanded_;      // float [context_length, nope + v], of one head
  host_memory scores_;        // double [context_length]
  host_memory latent_query_;  // double [kv_lora_rank]
  host_memory latent_value_;  // double [max(kv_lora_rank, v_head_dim)]
  host_memory router_logits_; // float [experts]
  routing_scratch routing_;
  host_memory expert_rows_;    // int32 [step_rows]: the rows that chose one expert
  host_memory expert_shares_;  // float [step_rows]: with which weight
  host_memory expert_x_;       // float [step_rows, linear_cols]
  host_memory expert_gate_up_; // float [step_rows, 2 * mlp_width]
  host_memory expert_product_; // float [step_rows, mlp_width]
  host_memory expert_out_;     // float [step_rows, linear_cols]
  host_memory expert_sum_;     // float [step_rows, linear_cols]
};

/// Errors: out_of_memory.
result<std::unique_ptr<backend>> make_scalar_backend(const backend_options& options);

} // namespace hadal::kernels
