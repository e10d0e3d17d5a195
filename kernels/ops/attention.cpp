#include "kernels/ops/backend.hpp"

#include <array>

namespace hadal::kernels {

bool expanded_pays(const mla_shape& shape, std::int32_t extend_len) noexcept {
  // Per key and head: expanding costs kv_lora_rank * (nope + v) once; it saves the difference of
  // row widths for each query row.
  const std::int64_t expanding =
      std::int64_t{shape.kv_lora_rank} * (shape.qk_nope_head_dim + shape.v_head_dim);
  const std::int64_t saved_per_row =
      2 * std::int64_t{shape.kv_lora_rank} - shape.qk_nope_head_dim - shape.v_head_dim;
  return saved_per_row > 0 && saved_per_row * extend_len > expanding;
}

void backend::mla_attention(const_tensor_view q, const packed_kv_b& kv_b, const mla_shape& shape,
                            const kv_cache& cache, std::int32_t layer, tensor_view out) {
  // Consecutive sequences of one form are passed on together, from an array of fixed size: a step
  // allocates nothing.
  std::array<std::int32_t, 64> run;
  std::size_t run_length = 0;
  bool run_expanded = false;
  const auto flush = [&] {
    const std::span<const std::int32_t> sequences(run.data(), run_length);
    if (run_length != 0 && run_expanded)
      mla_expanded(q, kv_b, cache, layer, sequences, out);
    else if (run_length != 0)
      mla_absorbed(q, kv_b, cache, layer, sequences, out);
    run_length = 0;
  };
  for (std::size_t s = 0; s < step().sequences.size(); ++s) {
    const bool expanded =
        !options().deterministic && expanded_pays(shape, step().sequences[s].extend_len);
    if (expanded != run_expanded || run_length == run.size())
      flush();
    run_expanded = expanded;
    run[run_length++] = static_cast<std::int32_t>(s);
  }
  flush();
}

void backend::attention_block(const_tensor_view x, const attention_weights& weights,
                              const rope_table& table, kv_cache& cache, std::int32_t layer,
                              const attention_scratch& scratch, tensor_view out) {
  const mla_shape& shape = weights.shape;
  const std::int64_t q_cols = std::int64_t{shape.heads} * shape.qk_head_dim();
  const std::int64_t q_a_cols = weights.q_lora_rank > 0 ? weights.q_lora_rank : q_cols;

  const tensor_view qkv_a = scratch.qkv_a.row_range(0, x.rows);
  linear(x, *weights.qkv_a, qkv_a);
  const tensor_view latent = qkv_a.columns(q_a_cols, shape.kv_lora_rank);
  const tensor_view key = qkv_a.columns(q_a_cols + shape.kv_lora_rank, shape.qk_rope_head_dim);
  rms_norm(latent, *weights.kv_a_norm, weights.latent_norm_eps, latent);

  tensor_view q = qkv_a.columns(0, q_a_cols);
  if (weights.q_lora_rank > 0) {
    rms_norm(q, *weights.q_a_norm, weights.latent_norm_eps, q);
    linear(q, *weights.q_b, scratch.q.row_range(0, x.rows));
    q = scratch.q.row_range(0, x.rows);
  }
  rope(table, q, shape.heads, shape.qk_nope_head_dim, shape.qk_head_dim());
  rope(table, key, 1, 0, shape.qk_rope_head_dim);
  append_kv(cache, layer, latent, key);

  const tensor_view heads = scratch.heads.row_range(0, x.rows);
  mla_attention(q, *weights.kv_b, shape, cache, layer, heads);
  linear(heads, *weights.o, out);
}

} // namespace hadal::kernels
