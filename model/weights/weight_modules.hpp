#pragma once
// The modules of a model that have weights: their names and shapes as a checkpoint has them, as a
// pure function of the config. This is the one place that knows a layer's names; what is expected,
// prefetched, checked, generated and loaded is made from it. Which tensors a module has follows
// from its format (model/weights/formats).

#include "model/config/model_config.hpp"
#include "model/weights/weight_source.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hadal::model {

enum class tensor_role : std::uint8_t {
  embedding,
  norm,
  linear, // may be quantised, as no other may
  router,
  router_bias,
  head,
  mtp_projection, // eh_proj: a linear that is never quantised
};

struct weight_module {
  std::string name; // "model.layers.0.self_attn.o_proj": as lists of modules name it
  tensor_role role = tensor_role::linear;
  std::int64_t rows = 0; // of one matrix; length of a vector
  std::int64_t cols = 0; // of one matrix; 0: a vector
  std::int64_t stacks =
      0; // fused experts: matrices are stacked [stacks, parts * rows, cols]; else 0
  std::int64_t parts = 1;

  /// The name of its tensor where that is not quantised: fused experts and the router's bias have
  /// no ".weight".
  std::string tensor_name() const;
  std::vector<std::int64_t> shape() const;
  std::int64_t matrices() const noexcept { return stacks == 0 ? parts : stacks * parts; }
};

struct mlp_modules {
  weight_module gate; // [width, hidden_size]
  weight_module up;   // [width, hidden_size]
  weight_module down; // [hidden_size, width]
};

struct attention_modules {
  std::optional<weight_module> q_a; // with q_lora_rank: first q_a, its norm, then q_b in `q`
  std::optional<weight_module> q_a_norm;
  weight_module q; // q_b_proj or q_proj
  weight_module kv_a;
  weight_module kv_a_norm;
  weight_module kv_b;
  weight_module o;
};

/// Experts are separate modules or, in checkpoints that fuse them, two tensors.
struct moe_modules {
  weight_module router;
  std::optional<weight_module> router_bias; // for noaux_tc
  std::vector<mlp_modules> experts;         // [n_routed_experts]; empty if fused
  std::optional<weight_module> fused_gate_up;
  std::optional<weight_module> fused_down;
  std::optional<mlp_modules> shared;
};

/// What an MTP layer has beside a layer.
struct mtp_modules {
  weight_module enorm;
  weight_module hnorm;
  weight_module projection;
  weight_module head_norm;
};

struct layer_modules {
  std::optional<mtp_modules> mtp;
  weight_module input_norm;
  attention_modules attention;
  weight_module post_attention_norm;
  std::optional<moe_modules> moe; // else dense
  std::optional<mlp_modules> dense;

  /// All of them, in the order of the forward pass.
  std::vector<weight_module> all() const;
};

/// Layer `layer`; numbers from num_hidden_layers on are MTP modules: a MoE layer with norms and a
/// projection, without the embedding and head that it shares with the model.
layer_modules modules_of_layer(const model_config& config, std::int32_t layer, bool fused_experts);

/// What is outside of layers.
struct outer_modules {
  weight_module embedding;
  weight_module norm;
  std::optional<weight_module> head; // none: tied to the embedding

  std::vector<weight_module> all() const;
};

outer_modules modules_outside_layers(const model_config& config);

/// True if the source has the experts of this layer fused, and not one by one.
bool has_fused_experts(const weight_source& source, std::int32_t layer);

} // namespace hadal::model
