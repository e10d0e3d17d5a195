#pragma once
// The vectorised and threaded CPU backend: the verbs of kernels/ops/backend.hpp over the kernels of
// one instruction set (kernel_table.hpp) and a pool of threads.
//
// Activations are float32 holding values of `backend_options::activations()`. Sums run in float32;
// the order of an output's sum depends only on its own row and column, so other rows of a step,
// chunks and the number of threads change no bit. Work is divided into independent tiles of
// outputs.
//
// On a machine with several NUMA nodes each node stores a part of every weight (weight_memory.hpp),
// and tiles of products belong to nodes: a thread reads the panels of its own node. Whichever
// experts a MoE layer chooses, every node then reads an equal share and all reads are local. With
// interleaved pages half of the reads would be remote; with whole experts on nodes the shares would
// be unequal.
//
// Results differ from the oracle, which sums in double, only by the rounding of float32
// sums.

#include "kernels/core/host_memory.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/numa/numa_placement.hpp"
#include "kernels/cpu/scalar/routing.hpp"
#include "kernels/cpu/simd/kernel_table.hpp"
#include "kernels/cpu/simd/packed.hpp"
#include "kernels/cpu/simd/thread_pool.hpp"
#include "kernels/cpu/simd/weight_memory.hpp"
#include "kernels/cpu/simd/workspaces.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace hadal::kernels::simd {

class simd_backend : public cpu_backend {
public:
  /// `placement` says where threads, packed weights and caches are placed.
  simd_backend(const backend_options& options, const kernel_table& kernels,
               const numa_placement& placement);

  std::string_view name() const noexcept override { return kernels_.name; }
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
  void moe_block(const_tensor_view x, const moe_weights& weights, const moe_scratch& scratch,
                 tensor_view out) override;
  void add(tensor_view x, const_tensor_view y) override;
  void logits(const_tensor_view x, const packed_linear& head, tensor_view out) override;

protected:
  void gather_rows(const_tensor_view x, std::span<const std::int32_t> rows,
                   tensor_view out) override;

private:
  /// Input rows of a product: the values and, if they are quantised, their scales.
  struct input_rows {
    const float* values = nullptr;
    std::int64_t stride = 0;
    const float* scales = nullptr;
    std::int64_t scale_stride = 0;
  };

  /// Some positions of one expert times some panels of a weight.
  struct expert_tile {
    std::int64_t first = 0; // position
    std::int64_t rows = 0;
    std::int64_t panel = 0; // the first
    std::int64_t panels = 0;
  };

  /// The element that activations are rounded to.
  element round() const noexcept { return element_of(options().activations()); }
  /// The element in which kv_b is kept.
  element kv_b_element(const raw_weight& kv_b) const noexcept;
  /// The panel orders for weights that are multiplied with values of `type`: pairs need bfloat16.
  panel_orders orders_meeting(dtype type) const noexcept;

  /// Calls body(tile, worker) for every tile: on the pool, or only on this thread if all tiles
  /// together cost about `work` multiplications and that is too few to wake other threads.
  template <class Body>
  void for_tiles(std::int64_t tiles, std::int64_t work, Body&& body);
  /// The same over tiles that belong to nodes.
  template <class Body>
  void for_tiles(const thread_pool::node_tiles& begins, std::int64_t work, Body&& body);
  /// The same with body(node, tile of the node, worker).
  template <class Body>
  void for_weight_tiles(const thread_pool::node_tiles& begins, std::int64_t work, Body&& body);
  /// Tiles of consecutive heads, `each` of them per head, on the nodes that store the heads'
  /// weights.
  thread_pool::node_tiles head_tiles(std::int64_t heads, std::int64_t each) const noexcept;
  /// As for_tiles over rows of `cols` elements with a few rows per tile: body(row).
  template <class Body>
  void for_rows(std::int64_t rows, std::int64_t cols, Body&& body);

  /// x in the form that `weight` takes: itself, or quantised into `space`.
  input_rows prepare(const_tensor_view x, const weight_panels& weight, quantised_rows& space);
  /// The gemm record of rows [first, first + count) of x against `panels` panels of a weight.
  gemm_params product(const input_rows& x, std::int64_t first_row, std::int64_t rows,
                      const weight_panels& weight, std::int64_t first_panel,
                      std::int64_t panels) const noexcept;
  void multiply_parts(const_tensor_view x, const simd_linear& weight, tensor_view out,
                      element rounding);

  // Of query rows [first, first + rows) of the workspace's list: q through W_UK, attention over the
  // latents, and all of it down to `out`.
  void project_queries(const_tensor_view q, const simd_kv_b& weights, std::int64_t first,
                       std::int64_t rows);
  void attend_latents(const mla_shape& shape, const simd_kv_cache& cache, std::int32_t layer,
                      std::int64_t first, std::int64_t rows);
  void attend_long(const mla_shape& shape, const simd_kv_cache& cache, std::int32_t layer,
                   std::int64_t first, std::int64_t rows);
  /// The kernel parameters that both use for some heads of one row, without the place of its
  /// scores.
  latent_attention_params latent_query(const mla_shape& shape, const simd_kv_cache& cache,
                                       std::int32_t layer, std::int64_t first, std::int64_t row,
                                       std::int64_t head, std::int64_t heads) const;
  void absorbed_rows(const_tensor_view q, const simd_kv_b& weights, const simd_kv_cache& cache,
                     std::int32_t layer, std::int64_t first, std::int64_t rows, tensor_view out);

  /// One head's keys and values of one page of a sequence, into the workspace.
  void expand_page(const simd_kv_b& weights, std::int64_t head, std::int64_t head_in_group,
                   const simd_kv_cache& cache, std::int32_t layer, const step_sequence& sequence,
                   std::int64_t page, std::int32_t worker);
  /// One head of expanded_query_rows query rows over the expanded keys and values.
  void attend_expanded(const_tensor_view q, const mla_shape& shape, const step_sequence& sequence,
                       std::int64_t first_query, std::int64_t head, std::int64_t head_in_group,
                       std::int32_t worker, tensor_view out);

  /// Input rows of experts: plain, and quantised for the weights that take them so.
  struct expert_inputs {
    input_rows plain;
    input_rows quantised;
    const weight_panels* quantised_for = nullptr; // null: no weight takes quantised rows
  };
  /// The positions of the routed or of the shared experts: one position is one row at one expert.
  struct expert_positions {
    const std::int32_t* x_rows = nullptr; // of each position; null: position i is row i
    tensor_view products;                 // [positions, width]
    tensor_view outputs;                  // [positions, hidden]
  };
  /// The shared expert, which takes every row. Null weights: there is none.
  struct shared_expert {
    const weight_panels* gate = nullptr;
    const weight_panels* up = nullptr;
    const weight_panels* down = nullptr;
    expert_positions positions;
  };

  void sort_by_expert(const_tensor_view ids, std::int64_t experts);
  expert_inputs expert_inputs_of(const_tensor_view x, const weight_panels* quantised_for,
                                 quantised_rows& space);
  static const input_rows& input_of(const expert_inputs& inputs, const weight_panels& weight);
  template <class Body>
  void for_expert_tiles(std::int64_t experts, const weight_panels& routed,
                        const weight_panels* shared, std::int64_t shared_rows, std::int64_t work,
                        Body&& body);
  /// Gate, up and swiglu of the positions of a tile; and their down projection.
  void expert_product(const expert_inputs& x, const weight_panels& gate, const weight_panels& up,
                      const expert_positions& at, const expert_tile& tile, std::int32_t worker);
  void expert_output(const expert_inputs& products, const weight_panels& down,
                     const expert_positions& at, const expert_tile& tile);
  /// expert_mlp, plus the output of the shared expert if there is one.
  void run_experts(const_tensor_view x, const simd_experts& experts, const shared_expert& shared,
                   const_tensor_view ids, const_tensor_view weights, tensor_view out);
  /// Adds a row's expert outputs with their weights, in the order of its expert slots; then rounds,
  /// and adds its row of `shared` if that is not empty.
  void sum_expert_outputs(const_tensor_view weights, const_tensor_view shared, tensor_view out);

  /// Memory that all threads read: spread over the nodes. Errors: out_of_memory.
  result<host_memory> reserve_shared(std::size_t bytes, const char* purpose) const;

  const kernel_table& kernels_;
  numa_placement placement_;
  thread_pool pool_;
  std::vector<host_memory> tensors_;
  mutable weight_memory weights_;
  workspaces space_;
};

} // namespace hadal::kernels::simd
