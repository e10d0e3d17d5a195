#pragma once
// The interface between the model and the code that computes it: one abstract class whose methods
// are the model's verbs in forward order. Read it first: it is the table of contents of kernels/.
//
// Types. The compute dtype (float32, bfloat16, float16) is the precision of unquantised weights, of
// the KV cache and, unless a run leaves them unrounded, of activations. An activation tensor is
// stored as `activation_type()`; the CPU backends store float32 for every compute dtype. A verb
// that says "rounded" rounds its result to `backend_options::activations()` once, at the end; its
// arithmetic inside is float32 or better. Weights that a checkpoint stores in another type are
// rounded to the compute dtype when they are packed; float8 weights stay as they are.
//
// Quantised weights. Each weight says how its input is quantised (`raw_weight::input`): with e4m3
// forms a linear quantises its rows first, as `quantize_fp8` does; with a plain form the weight is
// dequantised to the compute dtype.
//
// Order. Every element of an output is computed by the same operations in the same order, however
// many rows the step has and whatever the other rows hold: a row's result does not depend on its
// batch. The one exception is the choice between the two forms of attention, which depends on a
// sequence's extend_len and is fixed under `deterministic`.
//
// Memory. Nothing is allocated in a step: `reserve` sizes a backend's own workspaces, `allocate`
// makes the caller's tensors, both at start. Views passed to verbs have as many rows as the step
// (or as the verb says); their row_stride is free. An output may not overlap an input unless the
// verb allows it. Only the backend may dereference a tensor that it allocated: `write` and `read`
// copy to and from host memory.
//
// Calls. pack_* and make_rope_table may be called from several threads at once. All other methods
// are called by one thread at a time. A backend has one stream: run_step, write, read, verbs, calls
// of its sampler and when_done take effect in the order of their calls. A device backend returns at
// once and runs them later; a CPU backend runs them before it returns. What the host passes is
// copied before the call returns, except the buffer of `read` and the lists that a sampler fills:
// they belong to the backend until the next when_done. After the first failure nothing more is run,
// every when_done reports it, and the backend must not be used. A backend runs what is enqueued
// before it is destroyed. Wrong shapes are programmer errors and assert.

#include "base/result.hpp"
#include "kernels/core/tensor_view.hpp"
#include "kernels/ops/blocks.hpp"
#include "kernels/ops/kv_cache.hpp"
#include "kernels/ops/packed_weights.hpp"
#include "kernels/ops/sampling.hpp"
#include "kernels/ops/shapes.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace hadal::kernels {

/// What all backends share; those of one kind have options of their own (cpu_options.hpp).
struct backend_options {
  dtype compute = dtype::bfloat16; // float32, bfloat16 or float16
  /// No activation is rounded: they are float32 throughout, whatever the compute dtype. For runs
  /// that only dequantise float8 weights: the weights are decoded to float32 anyway, so rounding
  /// activations saves nothing, and it enlarges the differences between summation orders to whole
  /// steps of the compute dtype, enough for a router to choose another expert. A setting of the
  /// run and not of a weight, because activations flow from every weight to every other.
  bool unrounded_activations = false;
  bool deterministic = false; // attention always in the absorbed form

  /// The type that a "rounded" result is rounded to; float32 means no rounding.
  dtype activations() const noexcept { return unrounded_activations ? dtype::float32 : compute; }
};

/// The rows that verbs run over: those of the step, or more if a backend pads it to a size for which
/// it has recorded them.
struct step_extent {
  std::int64_t rows = 0;
  std::int64_t logit_rows = 0;
};
using step_verbs = std::function<void(step_extent)>;

/// Names the verbs of a step among those of the backend's user: the same number, the same verbs.
enum class step_program : std::uint32_t {
  unrecorded = 0, // run once, over the step's own rows
};

using done_callback = std::function<void(result<void>)>;

class backend {
public:
  backend(const backend&) = delete;
  backend& operator=(const backend&) = delete;
  virtual ~backend() = default;

  const backend_options& options() const noexcept { return options_; }
  virtual std::string_view name() const noexcept = 0;

  // -- memory, at start --------------------------------------------------------------------------

  virtual dtype activation_type() const noexcept = 0;

  /// A zeroed tensor that lives as long as the backend. Errors: out_of_memory.
  virtual result<tensor_view> allocate(dtype type, std::int64_t rows, std::int64_t cols) = 0;

  /// Allocates the backend's own workspaces; called once, before a step. Errors: out_of_memory.
  virtual result<void> reserve(const workspace_limits& limits) = 0;

  /// Errors: out_of_memory.
  virtual result<kv_cache_ptr> make_kv_cache(const kv_cache_shape& shape) = 0;

  /// For slots [0, shape.slots) of the rows that `embed` names; called once. Errors: out_of_memory.
  virtual result<std::unique_ptr<sampler>> make_sampler(const sampler_shape& shape) = 0;

  // -- packing, at load --------------------------------------------------------------------------
  // Errors of all: out_of_memory. float8 is taken by pack_linear, pack_kv_b and pack_experts only.

  virtual result<packed_embedding_ptr> pack_embedding(const raw_weight& table) const = 0;
  virtual result<packed_norm_ptr> pack_norm(std::span<const float> weight) const = 0;

  /// Stacks `parts` by rows; all have the same cols. Each part keeps its own type, scales and
  /// input form; those that quantise their input agree in form and in the columns of a block, so
  /// that one quantised input serves them.
  virtual result<packed_linear_ptr> pack_linear(std::span<const raw_weight> parts) const = 0;

  /// float8 is dequantised to the compute dtype here: these products never quantise activations.
  virtual result<packed_kv_b_ptr> pack_kv_b(const raw_weight& kv_b,
                                            const mla_shape& shape) const = 0;

  /// `bias` has one value per expert for noaux_tc, else none; it is float32 for every compute
  /// dtype.
  virtual result<packed_router_ptr> pack_router(const raw_weight& gate, std::span<const float> bias,
                                                const routing_shape& shape) const = 0;

  /// What pack_linear says of parts holds for all gate and up weights, and for all down weights.
  virtual result<packed_experts_ptr> pack_experts(std::span<const raw_expert> experts) const = 0;

  /// cos(p * inv_freq[i]) * multiplier and sin likewise, for p in [0, positions); product, cos and
  /// sin in float32.
  virtual result<rope_table_ptr> make_rope_table(std::span<const float> inv_freq, float multiplier,
                                                 std::int64_t positions) const = 0;

  // -- sizes of packed weights, before loading ---------------------------------------------------
  // What the handle of such a weight will hold (packed_handle::bytes), from its shape, types and
  // blocks alone; data pointers are not read and may be null. Exact, unless the size depends on the
  // values: then that of values as trained weights have them.

  virtual std::uint64_t embedding_bytes(const raw_weight& table) const = 0;
  /// Of one part of a linear, of a router's gate, or of one matrix of an expert.
  virtual std::uint64_t linear_bytes(const raw_weight& part) const = 0;
  virtual std::uint64_t kv_b_bytes(const raw_weight& kv_b, const mla_shape& shape) const = 0;

  // -- a step ------------------------------------------------------------------------------------

  /// Runs `verbs` over the rows of `step`: calls them, before it returns, with an extent, or replays
  /// what it recorded when it called them for the same program and extent. So they call nothing but
  /// verbs, and depend on the extent alone. Rows that pad a step change no other row and no page.
  virtual void run_step(const step_layout& step, step_program program, const step_verbs& verbs) = 0;

  /// Copies `to`.rows times `to`.cols elements from host memory without gaps.
  virtual void write(tensor_view to, const void* from) = 0;

  /// Copies to host memory without gaps: there when the next when_done says so.
  virtual void read(const_tensor_view from, void* to) = 0;

  /// Calls `done` once, when all that was enqueued before it has run or failed, with the first
  /// failure: on the CPU before this returns, else on a thread of the backend. `done` may not call
  /// the backend. Errors: internal (a device failed).
  virtual void when_done(done_callback done) = 0;

  // -- fine verbs, in forward order --------------------------------------------------------------
  // Verbs that use nothing of a step may also be called outside of run_step.

  /// out[r] = row token_ids[r] of the table, rounded; a negative id ~slot means the token that the
  /// slot holds (sampling.hpp). out [rows, hidden].
  virtual void embed(const packed_embedding& table, tensor_view out) = 0;

  /// out = x * rsqrt(mean(x^2) + eps) * weight, rounded once. out may be x. Statistics over the
  /// view's columns.
  virtual void rms_norm(const_tensor_view x, const packed_norm& weight, float eps,
                        tensor_view out) = 0;

  /// residual = residual + delta, rounded; out = rms_norm(residual). The rows need not be those of
  /// the step.
  virtual void add_rms_norm(tensor_view residual, const_tensor_view delta,
                            const packed_norm& weight, float eps, tensor_view out) = 0;

  /// Quantises to e4m3 by groups of 128 columns, the last one ragged: a = max(max|x|, 1e-4), scale
  /// = a / 448 (under e4m3_128_ue8m0 the next power of two not below), out = e4m3(clamp(x / scale,
  /// -448, 448)). `form` is not plain. out float8_e4m3 [rows, cols], scales float32 [rows,
  /// ceil(cols / 128)]. Linears do this themselves where their weight asks for it; the verb is for
  /// tests and for callers that share one quantised input.
  virtual void quantize_fp8(const_tensor_view x, input_form form, tensor_view out,
                            tensor_view scales) = 0;

  /// out = x * W^T, rounded. x [n, W.cols], out [n, W.rows], any n up to the limits. Where the
  /// weight's input is quantised, x is quantised first; over each range of columns with one
  /// activation scale and one weight scale the products are summed, then multiplied by both scales,
  /// then added to the total. NaN or infinity in a row of x makes that row of out NaN or infinite,
  /// and no other.
  virtual void linear(const_tensor_view x, const packed_linear& weight, tensor_view out) = 0;

  /// Rotates in place the columns [first + h * stride, + 2 * pairs) of every row, for h in
  /// [0, heads), by the row's position: pair i is columns 2i and 2i + 1. Rounded.
  virtual void rope(const rope_table& table, tensor_view x, std::int32_t heads, std::int64_t first,
                    std::int64_t stride) = 0;

  /// Stores rows, rounded to the compute dtype, into the pages of their sequences. latent [rows,
  /// kv_lora_rank] after its norm, key [rows, qk_rope_head_dim] after rotation.
  virtual void append_kv(kv_cache& cache, std::int32_t layer, const_tensor_view latent,
                         const_tensor_view key) = 0;

  /// Absorbed attention of `sequences` (indices): the query times W_UK attends over the latents,
  /// and the weighted latent is multiplied by W_UV. Query row i of a sequence sees keys 0 ..
  /// cached_len + i, the step's own rows among them (append_kv came before). q [rows, heads *
  /// qk_head_dim] with rotated rope parts; out [rows, heads * v_head_dim]: rows of `sequences` are
  /// written, rounded. Probabilities are rounded before they are multiplied with values. The order
  /// of the sum over keys depends on no batch, chunk or thread count.
  virtual void mla_absorbed(const_tensor_view q, const packed_kv_b& kv_b, const kv_cache& cache,
                            std::int32_t layer, std::span<const std::int32_t> sequences,
                            tensor_view out) = 0;

  /// The same in the expanded form: kv_b expands every latent of the sequence to a key and a value
  /// per head (rounded), then plain attention. Cheaper for many query rows.
  virtual void mla_expanded(const_tensor_view q, const packed_kv_b& kv_b, const kv_cache& cache,
                            std::int32_t layer, std::span<const std::int32_t> sequences,
                            tensor_view out) = 0;

  /// out[:, i] = silu(gate_up[:, i]) * gate_up[:, width + i], in float32, rounded once. gate_up
  /// [n, 2 * width], out [n, width].
  virtual void swiglu(const_tensor_view gate_up, tensor_view out) = 0;

  /// Chooses experts in float32. ids int32 and weights float32 [n, experts_per_token], each row by
  /// ascending expert id. Ties go to the lowest index; experts of dropped groups are never chosen.
  virtual void route(const_tensor_view x, const packed_router& router, tensor_view ids,
                     tensor_view weights) = 0;

  /// out = sum over the row's experts, in the order of `ids`, of weight * down(swiglu(gate, up)):
  /// summed in float32, rounded once; each linear and the product rounded as in `linear` and
  /// `swiglu`. out [n, hidden].
  virtual void expert_mlp(const_tensor_view x, const packed_experts& experts, const_tensor_view ids,
                          const_tensor_view weights, tensor_view out) = 0;

  /// x = x + y, rounded.
  virtual void add(tensor_view x, const_tensor_view y) = 0;

  /// hits[0][e] += the number of rows of `ids` that name expert e; rows that pad the step are not
  /// counted. ids int32 as of `route`, one row for each of the step's rows or, after
  /// gather_logit_rows, of its logit rows; hits int32 [1, experts].
  virtual void count_hits(const_tensor_view ids, tensor_view hits) = 0;

  /// out[i] = x[logit_rows[i]]. out [logit rows, x.cols].
  virtual void gather_logit_rows(const_tensor_view x, tensor_view out) = 0;

  /// As `linear` for unquantised weights, but the result stays float32: out float32 [n, W.rows].
  virtual void logits(const_tensor_view x, const packed_linear& head, tensor_view out) = 0;

  // -- coarse verbs: the default is written with the fine ones -----------------------------------

  /// Attention of all sequences of the step, absorbed under `deterministic`; otherwise expanded
  /// where `expanded_pays`, else absorbed. Arguments as in mla_absorbed.
  virtual void mla_attention(const_tensor_view q, const packed_kv_b& kv_b, const mla_shape& shape,
                             const kv_cache& cache, std::int32_t layer, tensor_view out);

  /// A layer's whole attention. x [rows, hidden] after input_layernorm; out [rows, hidden].
  virtual void attention_block(const_tensor_view x, const attention_weights& weights,
                               const rope_table& table, kv_cache& cache, std::int32_t layer,
                               const attention_scratch& scratch, tensor_view out);

  /// A whole SwiGLU MLP. x, out [n, hidden].
  virtual void mlp_block(const_tensor_view x, const mlp_weights& weights,
                         const mlp_scratch& scratch, tensor_view out);

  /// A whole MoE block: routed experts, rounded, plus the shared expert; the choices of experts are
  /// counted in weights.hits if that is set. x, out [n, hidden].
  virtual void moe_block(const_tensor_view x, const moe_weights& weights,
                         const moe_scratch& scratch, tensor_view out);

protected:
  explicit backend(const backend_options& options) : options_(options) {}

  /// The layout that the verbs in progress run over.
  const step_layout& step() const noexcept { return step_; }
  step_layout step_;

private:
  backend_options options_;
};

/// True where expanding every key of a sequence costs fewer multiplications than the wider rows of
/// the absorbed form, counted over the whole sequence.
bool expanded_pays(const mla_shape& shape, std::int32_t extend_len) noexcept;

} // namespace hadal::kernels
