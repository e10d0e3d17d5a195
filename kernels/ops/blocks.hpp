#pragma once
// Arguments of the coarse verbs: a block's packed weights, and the workspace (`*_scratch`) of their
// default implementation, written with the fine verbs. It is allocated once for the largest step
// (model/layers/layer_scratch.hpp); a verb uses its first rows and leaves them undefined. A backend
// that fuses a block may ignore it.

#include "kernels/core/tensor_view.hpp"
#include "kernels/ops/packed_weights.hpp"
#include "kernels/ops/shapes.hpp"

#include <cstdint>

namespace hadal::kernels {

/// Multi-head latent attention of one layer. Without q_b (checkpoints without q_lora_rank) qkv_a
/// stacks q_proj and kv_a_proj_with_mqa; with it, q_a_proj and kv_a_proj_with_mqa.
struct attention_weights {
  mla_shape shape;
  std::int32_t q_lora_rank = 0;  // 0: no q_a_norm and no q_b
  float latent_norm_eps = 1e-6f; // of q_a_norm and kv_a_norm
  packed_linear_ptr qkv_a;       // [(q_lora_rank or heads * qk_head_dim) + kv_row_dim, hidden]
  packed_norm_ptr q_a_norm;      // [q_lora_rank]
  packed_linear_ptr q_b;         // [heads * qk_head_dim, q_lora_rank]
  packed_norm_ptr kv_a_norm;     // [kv_lora_rank]
  packed_kv_b_ptr kv_b;
  packed_linear_ptr o; // [hidden, heads * v_head_dim]
};

struct attention_scratch {
  tensor_view qkv_a; // [rows, qkv_a.rows]
  tensor_view q;     // [rows, heads * qk_head_dim]; unused without q_b
  tensor_view heads; // [rows, heads * v_head_dim]
};

/// SwiGLU MLP: down(silu(gate(x)) * up(x)).
struct mlp_weights {
  packed_linear_ptr gate_up; // [2 * width, hidden]: gate rows first
  packed_linear_ptr down;    // [hidden, width]
};

struct mlp_scratch {
  tensor_view gate_up; // [rows, >= 2 * width]
  tensor_view product; // [rows, >= width]
};

struct moe_weights {
  routing_shape routing;
  packed_router_ptr router;
  packed_experts_ptr experts;
  mlp_weights shared; // null handles: no shared expert
  tensor_view hits;   // int32 [1, experts]: counts of the choices; no data: not counted
};

struct moe_scratch {
  tensor_view ids;     // int32 [rows, experts_per_token]
  tensor_view weights; // float32 [rows, experts_per_token]
  tensor_view shared;  // [rows, hidden]
  mlp_scratch mlp;     // of the shared expert
};

} // namespace hadal::kernels
