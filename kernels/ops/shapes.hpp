#pragma once
// Parameters of the verbs: the numbers of an architecture that kernels need, and the rows of a
// step.

#include "base/ids.hpp"

#include <cstdint>
#include <span>

namespace hadal::kernels {

/// Multi-head latent attention. Names are the checkpoint's own.
struct mla_shape {
  std::int32_t heads = 0;
  std::int32_t qk_nope_head_dim = 0;
  std::int32_t qk_rope_head_dim = 0; // even
  std::int32_t kv_lora_rank = 0;
  std::int32_t v_head_dim = 0;
  float softmax_scale = 1.0f;

  /// Columns of one head of q: nope first, rope last.
  std::int32_t qk_head_dim() const noexcept { return qk_nope_head_dim + qk_rope_head_dim; }
  /// Columns of one KV row: the normalised latent, then the rotated rope key.
  std::int32_t kv_row_dim() const noexcept { return kv_lora_rank + qk_rope_head_dim; }

  bool operator==(const mla_shape&) const = default;
};

enum class routing_method : std::uint8_t {
  greedy,               // the k largest scores
  group_limited_greedy, // groups rank by their largest score
  noaux_tc,             // score + bias chooses; groups rank by the sum of their two largest
};

struct routing_shape {
  routing_method method = routing_method::greedy;
  bool sigmoid = false; // scores are sigmoid(z), else softmax(z)
  std::int32_t experts = 0;
  std::int32_t experts_per_token = 0;
  std::int32_t groups = 1; // divides `experts`
  std::int32_t groups_kept = 1;
  bool normalise = false; // chosen weights sum to 1 before scaling
  float scaling_factor = 1.0f;
};

/// One sequence's rows in a step. Row `row_begin + i` is the token at position `cached_len + i`.
/// Its page table is step_layout::pages[page_begin, +page_count); token t of the sequence is in
/// page table entry t / 64, row t % 64.
struct step_sequence {
  std::int32_t row_begin = 0;
  std::int32_t extend_len = 0;
  std::int32_t cached_len = 0;
  std::uint32_t page_begin = 0;
  std::uint32_t page_count = 0;
};

/// The rows of one step; sequences follow each other without gaps. Rows after those of the last
/// sequence, and logit rows of -1 after all others, are padding: they belong to no sequence.
struct step_layout {
  std::span<const token_id> token_ids;     // [rows]; negative ~slot: the token that the slot holds
  std::span<const std::int32_t> positions; // [rows]
  std::span<const step_sequence> sequences;
  std::span<const page_id> pages;
  std::span<const std::int32_t> logit_rows; // rows that gather_logit_rows takes

  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(token_ids.size()); }
};

/// The largest step and the widest tensors that a backend will be given; it sizes its workspaces
/// from them once.
struct workspace_limits {
  std::int64_t step_rows = 0;
  std::int32_t step_sequences = 0;
  std::int64_t context_length = 0;
  std::int64_t linear_cols = 0; // longest input of any linear
  std::int64_t linear_rows = 0; // longest output of any linear, the head excluded
  std::int64_t mlp_width = 0;   // largest intermediate size, experts included
  std::int32_t experts_per_token = 0;
  std::int32_t experts = 0;
  mla_shape attention;
};

} // namespace hadal::kernels
