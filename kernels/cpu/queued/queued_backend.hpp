#pragma once
// A stand-in for a device, to test its callers without one: what another CPU backend would do at
// once happens some time later, on a thread of this backend, in the order of the calls. It keeps to
// the contract of kernels/ops/backend.hpp where a device would punish a caller that does not:
//
// - a buffer given to `read` holds bytes of 0xFF, NaN in every float type, until the copy is done;
// - verbs take only tensors that the backend allocated, and assert it;
// - a step is padded to the next of a few sizes, and a program's verbs are recorded once per size
//   and replayed, so verbs that depend on more than the extent show in the tokens;
// - when_done comes from the backend's thread.
//
// Unlike a device backend it allocates host memory in a step. Results are those of the other
// backend to the bit.

#include "kernels/cpu/queued/command_queue.hpp"
#include "kernels/ops/backend.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace hadal::kernels {

struct queued_options {
  /// Ascending. A step's rows and its logit rows are padded to the first that is large enough, or
  /// to the most that `reserve` was told; 0 stays 0.
  std::vector<std::int64_t> sizes = {1, 4, 16, 64};
  /// The n-th verb fails instead of running, counted from 1; 0: none.
  std::uint64_t fail_at = 0;
};

class queued_backend final : public backend {
public:
  queued_backend(std::unique_ptr<backend> inner, queued_options queued);

  /// "queued" and the name of the other backend.
  std::string_view name() const noexcept override { return name_; }
  dtype activation_type() const noexcept override { return inner_->activation_type(); }

  result<tensor_view> allocate(dtype type, std::int64_t rows, std::int64_t cols) override;
  result<void> reserve(const workspace_limits& limits) override;
  result<kv_cache_ptr> make_kv_cache(const kv_cache_shape& shape) override;
  result<std::unique_ptr<sampler>> make_sampler(const sampler_shape& shape) override;

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

  void run_step(const step_layout& step, step_program program, const step_verbs& verbs) override;
  void write(tensor_view to, const void* from) override;
  void read(const_tensor_view from, void* to) override;
  void when_done(done_callback done) override;

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
  void count_hits(const_tensor_view ids, tensor_view hits) override;
  void gather_logit_rows(const_tensor_view x, tensor_view out) override;
  void logits(const_tensor_view x, const packed_linear& head, tensor_view out) override;

  void mla_attention(const_tensor_view q, const packed_kv_b& kv_b, const mla_shape& shape,
                     const kv_cache& cache, std::int32_t layer, tensor_view out) override;
  void attention_block(const_tensor_view x, const attention_weights& weights,
                       const rope_table& table, kv_cache& cache, std::int32_t layer,
                       const attention_scratch& scratch, tensor_view out) override;
  void mlp_block(const_tensor_view x, const mlp_weights& weights, const mlp_scratch& scratch,
                 tensor_view out) override;
  void moe_block(const_tensor_view x, const moe_weights& weights, const moe_scratch& scratch,
                 tensor_view out) override;

  /// Runs a command on the backend's thread after all earlier ones, unless one of them failed.
  void enqueue(std::function<void()> command);

private:
  using verb = std::function<void()>;
  using recording = std::vector<verb>;
  using recording_key = std::tuple<step_program, std::int64_t, std::int64_t>;

  std::shared_ptr<const recording> recording_of(step_program program, step_extent extent,
                                                const step_verbs& verbs);
  void add_verb(verb run);
  void run_verb(const verb& run);

  /// The view itself, which must be of this backend.
  template <class View>
  View mine(View view) const;

  std::unique_ptr<backend> inner_;
  std::string name_;
  queued_options queued_;
  std::vector<tensor_view> tensors_;
  std::int64_t rows_max_ = 0;
  std::int64_t logit_rows_max_ = 0;
  std::map<recording_key, std::shared_ptr<const recording>> recordings_;
  recording* recording_ = nullptr; // where verbs go while run_step calls them

  // Of the backend's thread.
  std::uint64_t verbs_run_ = 0;
  std::optional<error> failure_; // the first

  command_queue queue_; // last: it ends before the others
};

} // namespace hadal::kernels
