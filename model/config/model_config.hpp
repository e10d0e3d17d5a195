#pragma once
// A checkpoint's config.json, validated. Field names are the checkpoint's own. One struct for
// DeepseekV2ForCausalLM and DeepseekV3ForCausalLM (architectures[0] decides, model_type does not);
// a feature that a family lacks has the value that switches it off. `null` means absent. Keys that
// the architecture does not use (num_key_value_heads, head_dim, auto_map, ...) are not read.
//
// A validated config guarantees: every dimension is positive and within base/limits.hpp,
// num_attention_heads * (qk_nope_head_dim + qk_rope_head_dim) and the other products of two
// dimensions that are rows of a weight fit config_rows_max, qk_rope_head_dim is even, experts
// divide into n_group groups where groups are used, and num_experts_per_tok experts exist in
// topk_group groups. Numbers are finite.

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

enum class architecture : std::uint8_t { deepseek_v2, deepseek_v3 };
enum class topk_method : std::uint8_t { greedy, group_limited_greedy, noaux_tc };
enum class scoring_func : std::uint8_t { softmax, sigmoid };

/// Arithmetic type of activations and unquantised weights.
enum class compute_dtype : std::uint8_t { float32, bfloat16, float16 };

/// How a run multiplies FP8 weights.
enum class fp8_compute : std::uint8_t {
  w8a8,        // with activations that are quantised too, 1x128
  weight_only, // dequantised, with activations that stay float32
};

/// YaRN, from `rope_scaling` or `rope_parameters` with `type` or `rope_type` yarn. Without
/// original_max_position_embeddings, max_position_embeddings is taken.
struct rope_scaling_config {
  double factor = 1.0;
  std::int64_t original_max_position_embeddings = 0;
  double beta_fast = 32.0;
  double beta_slow = 1.0;
  double mscale = 1.0;
  double mscale_all_dim = 0.0;
};

/// `quantization_config` with quant_method fp8.
struct fp8_config {
  std::int32_t weight_block_rows = 128; // weight_block_size[0]
  std::int32_t weight_block_cols = 128; // weight_block_size[1]
  bool scale_ue8m0 = false;             // scale_fmt == "ue8m0": activation scales are powers of two
  /// Modules that are not quantised, by path or by a leading part of it ("model.layers.0.mlp").
  std::vector<std::string> modules_to_not_convert = {};
};

struct model_config {
  architecture arch = architecture::deepseek_v3;
  std::string architecture_name; // architectures[0], as written

  std::int32_t vocab_size = 0;
  std::int32_t hidden_size = 0;
  std::int32_t intermediate_size = 0;
  std::int32_t num_hidden_layers = 0;
  std::int32_t num_attention_heads = 0;
  std::int32_t max_position_embeddings = 0;
  double rms_norm_eps = 1e-6;
  bool tie_word_embeddings = false;

  // MLA. q_lora_rank 0 means null: one q_proj instead of q_a_proj, q_a_layernorm, q_b_proj.
  std::int32_t q_lora_rank = 0;
  std::int32_t kv_lora_rank = 0;
  std::int32_t qk_nope_head_dim = 0;
  std::int32_t qk_rope_head_dim = 0;
  std::int32_t v_head_dim = 0;
  double rope_theta = 10000.0;
  std::optional<rope_scaling_config> rope_scaling;

  // MoE. n_routed_experts 0 means that every layer is dense.
  std::int32_t n_routed_experts = 0;
  std::int32_t n_shared_experts = 0;
  std::int32_t num_experts_per_tok = 0;
  std::int32_t moe_intermediate_size = 0;
  std::int32_t first_k_dense_replace = 0;
  std::int32_t moe_layer_freq = 1;
  std::int32_t n_group = 1;
  std::int32_t topk_group = 1;
  enum topk_method topk_method = topk_method::noaux_tc;
  enum scoring_func scoring_func = scoring_func::sigmoid;
  bool norm_topk_prob = true;
  double routed_scaling_factor = 1.0;

  std::int32_t num_nextn_predict_layers = 0; // MTP layers that the checkpoint claims to have

  std::optional<fp8_config> quantization;   // absent: weights have the checkpoint's float type
  std::optional<compute_dtype> torch_dtype; // `torch_dtype` or `dtype`; see model/config/dtype.hpp
  std::int64_t bos_token_id = -1;           // -1: not given
  std::vector<std::int64_t> eos_token_id;   // an int or a list in the file; may be empty

  /// True when layer `i` has a MoE block (spec: i >= first_k_dense_replace and i % moe_layer_freq
  /// == 0).
  bool is_moe_layer(std::int32_t i) const noexcept {
    return n_routed_experts > 0 && i >= first_k_dense_replace && i % moe_layer_freq == 0;
  }
  std::int32_t qk_head_dim() const noexcept { return qk_nope_head_dim + qk_rope_head_dim; }
  /// Values that one token keeps in one layer of the KV cache: the latent and the rope key.
  std::int32_t kv_row_dim() const noexcept { return kv_lora_rank + qk_rope_head_dim; }
};

/// Reads and validates config.json text. Errors: invalid_config (param = the key, nested ones as
/// "rope_scaling.factor"; empty when the text is no JSON object), unsupported_model (param =
/// "architectures", "quantization_config.quant_method", ...).
result<model_config> parse_model_config(std::string_view json);

/// The same for a file, named first in every message; errors also: io_error (param = the path).
result<model_config> load_model_config(const std::filesystem::path& file);

/// generation_config.json: sampling defaults and end tokens. Absent members stay empty.
struct generation_config {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> top_k; // 0: off
  std::optional<double> min_p;
  std::optional<double> repetition_penalty;
  std::optional<bool> do_sample;
  std::vector<std::int64_t> eos_token_id; // an int or a list in the file
};

/// Reads and validates generation_config.json text. Errors: invalid_config (param = the key).
result<generation_config> parse_generation_config(std::string_view json);

/// Errors: invalid_config, io_error. A missing file is an empty generation_config, not an error.
result<generation_config> load_generation_config(const std::filesystem::path& file);

} // namespace hadal::model
