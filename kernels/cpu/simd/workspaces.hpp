#pragma once
// The workspace of the simd backend's verbs, sized once for the largest step. Reserved as a whole;
// a step touches only what it needs.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "kernels/core/host_memory.hpp"
#include "kernels/cpu/scalar/routing.hpp"
#include "kernels/cpu/simd/params/kernel_params.hpp"
#include "kernels/ops/shapes.hpp"

#include <cstdint>
#include <vector>

namespace hadal::kernels::simd {

/// Outputs of one tile of a product: rows, and gemm_panels_max panels of columns.
inline constexpr std::int64_t tile_rows = 96;
inline constexpr std::int64_t tile_cols = gemm_panels_max * panel_width;

/// Query rows of the absorbed form that are worked on together.
inline constexpr std::int64_t absorbed_rows_max = 128;
/// Query rows of one tile of the expanded form: its scores stay near one core.
inline constexpr std::int64_t expanded_query_rows = 24;
/// Most bytes of expanded keys and values; as many heads are expanded together as fit.
inline constexpr std::int64_t expanded_bytes_max = 64 << 20;

/// Rows quantised to e4m3: the values as floats, and scales.
struct quantised_rows {
  host_memory values; // float [rows, cols]
  host_memory scales; // float [rows, segments]
};

/// One query row of the absorbed form.
struct query_row {
  const page_id* pages = nullptr;
  std::int64_t key_count = 0;
};

struct workspaces {
  workspace_limits limits;

  quantised_rows input;                 // of a linear, or of the experts
  host_memory router_logits;            // float [step_rows, experts]
  std::vector<routing_scratch> routing; // one per worker

  // Absorbed attention.
  std::vector<query_row> queries; // [step_rows]
  host_memory query_rows;         // int32 [step_rows]: their rows in the step
  host_memory latent_queries;     // float [absorbed_rows_max, heads, kv_row_dim]
  host_memory latent_values;      // float [absorbed_rows_max, heads, kv_lora_rank]
  host_memory scores;             // float [workers, score_rows, score_stride]
  std::int64_t score_rows = 0;
  std::int64_t score_stride = 0;

  // Expanded attention: `expanded_heads` heads at a time, key_capacity keys.
  std::int64_t expanded_heads = 0;
  std::int64_t key_capacity = 0; // a multiple of the page size
  host_memory keys;              // float [heads][key_capacity / 16][qk_head_dim][16]
  host_memory values;            // float [heads][ceil(v_head_dim / 16)][key_capacity][16]
  host_memory page_rows;         // float [workers][page size, kv_row_dim + qk_head_dim]

  // Experts. A position is one (row, expert) pair; positions are sorted by expert.
  host_memory position_rows; // int32 [step_rows * experts_per_token]: the pair's row
  host_memory positions;     // int32 [step_rows, experts_per_token]: each pair's position
  std::vector<std::int64_t> expert_begins;   // [experts + 1]: first position of each expert
  std::vector<std::int64_t> row_tile_begins; // [experts + 1]: first row tile of each expert
  host_memory gate_up;                       // float [workers][2, tile_rows, tile_cols]
  host_memory product;                       // float [positions, mlp_width]
  quantised_rows product_q;                  // the same, quantised
  host_memory expert_outputs;                // float [positions, linear_cols]

  /// Errors: out_of_memory.
  result<void> reserve(const workspace_limits& limits, std::int64_t workers);

  float* worker_scores(std::int64_t worker) const noexcept {
    return scores.as<float>() + worker * score_rows * score_stride;
  }
};

} // namespace hadal::kernels::simd
