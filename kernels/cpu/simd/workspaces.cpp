#include "kernels/cpu/simd/workspaces.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace hadal::kernels::simd {

namespace {

std::int64_t round_up(std::int64_t n, std::int64_t step) {
  return (n + step - 1) / step * step;
}

result<void> size(host_memory& memory, std::int64_t elements) {
  static_assert(sizeof(float) == sizeof(std::int32_t));
  HADAL_TRY_ASSIGN(
      made, host_memory::reserve(static_cast<std::size_t>(elements) * sizeof(float), "workspaces"));
  memory = std::move(made);
  return {};
}

result<void> size(quantised_rows& rows, std::int64_t count, std::int64_t cols) {
  HADAL_TRY(size(rows.values, count * cols));
  return size(rows.scales, count * cols); // room for segments of one column
}

} // namespace

result<void> workspaces::reserve(const workspace_limits& wanted, std::int64_t workers) {
  limits = wanted;
  const mla_shape& mla = limits.attention;
  const std::int64_t rows = limits.step_rows;

  HADAL_TRY(size(input, rows, limits.linear_cols));
  HADAL_TRY(size(router_logits, rows * limits.experts));
  routing.resize(static_cast<std::size_t>(workers));
  for (routing_scratch& scratch : routing)
    scratch.reserve(limits.experts);

  queries.resize(static_cast<std::size_t>(rows));
  HADAL_TRY(size(query_rows, rows));
  HADAL_TRY(size(latent_queries, absorbed_rows_max * mla.heads * mla.kv_row_dim()));
  HADAL_TRY(size(latent_values, absorbed_rows_max * mla.heads * mla.kv_lora_rank));
  key_capacity = round_up(limits.context_length, limits::page_size_tokens);
  score_rows = std::max<std::int64_t>(attention_heads_max, expanded_query_rows);
  score_stride = key_capacity + 8; // not a power of two, so that rows map to different cache sets
  HADAL_TRY(size(scores, workers * score_rows * score_stride));

  const std::int64_t value_width = round_up(mla.v_head_dim, panel_width);
  const std::int64_t head_elements = key_capacity * (mla.qk_head_dim() + value_width);
  const std::int64_t fitting = expanded_bytes_max / static_cast<std::int64_t>(sizeof(float)) /
                               std::max<std::int64_t>(1, head_elements);
  expanded_heads = std::clamp<std::int64_t>(fitting, 1, std::max(1, mla.heads));
  HADAL_TRY(size(keys, expanded_heads * key_capacity * mla.qk_head_dim()));
  HADAL_TRY(size(values, expanded_heads * key_capacity * value_width));
  HADAL_TRY(
      size(page_rows, workers * limits::page_size_tokens * (mla.kv_row_dim() + mla.qk_head_dim())));

  const std::int64_t pairs = rows * limits.experts_per_token;
  HADAL_TRY(size(position_rows, pairs));
  HADAL_TRY(size(positions, pairs));
  expert_begins.resize(static_cast<std::size_t>(limits.experts) + 1);
  row_tile_begins.resize(static_cast<std::size_t>(limits.experts) + 1);
  HADAL_TRY(size(gate_up, workers * 2 * tile_rows * tile_cols));
  HADAL_TRY(size(product, pairs * limits.mlp_width));
  HADAL_TRY(size(product_q, pairs, limits.mlp_width));
  return size(expert_outputs, pairs * limits.linear_cols);
}

} // namespace hadal::kernels::simd
