#include "model/weights/expected_tensors.hpp"

#include "base/assert.hpp"

#include <fmt/core.h>

#include <iterator>

namespace hadal::model {

namespace {

using shape_t = std::vector<std::int64_t>;

class layer_list {
public:
  layer_list(const model_config& config, std::int32_t layer)
    : config_(config), prefix_(fmt::format("model.layers.{}.", layer)) {}

  void add(const std::string& name, shape_t shape, tensor_role role) {
    tensors_.push_back({prefix_ + name, std::move(shape), role, {}});
  }

  void norm(const std::string& name, std::int64_t width) {
    add(name + ".weight", {width}, tensor_role::norm);
  }

  void linear(const std::string& name, std::int64_t rows, std::int64_t cols) {
    add(name + ".weight", {rows, cols}, tensor_role::linear);
    if (config_.quantization)
      tensors_.back().scale_shape = {block_count(rows, config_.quantization->weight_block_rows),
                                     block_count(cols, config_.quantization->weight_block_cols)};
  }

  /// `parts` matrices [rows, cols] for each expert in one tensor.
  void stack(const std::string& name, std::int64_t parts, std::int64_t rows, std::int64_t cols) {
    add(name, {config_.n_routed_experts, parts * rows, cols}, tensor_role::linear);
    if (config_.quantization)
      tensors_.back().scale_shape = {config_.n_routed_experts,
                                     parts *
                                         block_count(rows, config_.quantization->weight_block_rows),
                                     block_count(cols, config_.quantization->weight_block_cols)};
  }

  void mlp(const std::string& name, std::int64_t width) {
    linear(name + ".gate_proj", width, config_.hidden_size);
    linear(name + ".up_proj", width, config_.hidden_size);
    linear(name + ".down_proj", config_.hidden_size, width);
  }

  std::vector<expected_tensor> take() { return std::move(tensors_); }

private:
  const model_config& config_;
  std::string prefix_;
  std::vector<expected_tensor> tensors_;
};

void add_attention(layer_list& list, const model_config& c) {
  const std::int64_t heads = c.num_attention_heads;
  const std::int64_t q_rows = heads * c.qk_head_dim();
  if (c.q_lora_rank == 0) {
    list.linear("self_attn.q_proj", q_rows, c.hidden_size);
  } else {
    list.linear("self_attn.q_a_proj", c.q_lora_rank, c.hidden_size);
    list.norm("self_attn.q_a_layernorm", c.q_lora_rank);
    list.linear("self_attn.q_b_proj", q_rows, c.q_lora_rank);
  }
  list.linear("self_attn.kv_a_proj_with_mqa", c.kv_row_dim(), c.hidden_size);
  list.norm("self_attn.kv_a_layernorm", c.kv_lora_rank);
  list.linear("self_attn.kv_b_proj", heads * (std::int64_t{c.qk_nope_head_dim} + c.v_head_dim),
              c.kv_lora_rank);
  list.linear("self_attn.o_proj", c.hidden_size, heads * c.v_head_dim);
}

void add_moe(layer_list& list, const model_config& c, bool fused_experts) {
  list.add("mlp.gate.weight", {c.n_routed_experts, c.hidden_size}, tensor_role::router);
  if (c.topk_method == topk_method::noaux_tc)
    list.add("mlp.gate.e_score_correction_bias", {c.n_routed_experts}, tensor_role::router_bias);
  if (fused_experts) {
    list.stack("mlp.experts.gate_up_proj", 2, c.moe_intermediate_size, c.hidden_size);
    list.stack("mlp.experts.down_proj", 1, c.hidden_size, c.moe_intermediate_size);
  } else {
    for (std::int32_t e = 0; e < c.n_routed_experts; ++e)
      list.mlp(fmt::format("mlp.experts.{}", e), c.moe_intermediate_size);
  }
  if (c.n_shared_experts > 0)
    list.mlp("mlp.shared_experts", std::int64_t{c.n_shared_experts} * c.moe_intermediate_size);
}

} // namespace

std::string scale_name(const std::string& weight_name) {
  return weight_name + "_scale_inv";
}

std::vector<expected_tensor> expected_outer_tensors(const model_config& config) {
  const std::int64_t vocabulary = config.vocab_size;
  const std::int64_t hidden = config.hidden_size;
  std::vector<expected_tensor> tensors;
  tensors.push_back(
      {"model.embed_tokens.weight", {vocabulary, hidden}, tensor_role::embedding, {}});
  tensors.push_back({"model.norm.weight", {hidden}, tensor_role::norm, {}});
  if (!config.tie_word_embeddings)
    tensors.push_back({"lm_head.weight", {vocabulary, hidden}, tensor_role::head, {}});
  return tensors;
}

std::vector<expected_tensor> expected_layer_tensors(const model_config& config, std::int32_t layer,
                                                    bool fused_experts) {
  HADAL_ASSERT(layer >= 0 && layer < config.num_hidden_layers + config.num_nextn_predict_layers);
  const bool is_mtp = layer >= config.num_hidden_layers;
  layer_list list(config, layer);
  if (is_mtp) {
    list.norm("enorm", config.hidden_size);
    list.norm("hnorm", config.hidden_size);
    list.add("eh_proj.weight", {config.hidden_size, 2 * std::int64_t{config.hidden_size}},
             tensor_role::mtp_projection);
    list.norm("shared_head.norm", config.hidden_size);
  }
  list.norm("input_layernorm", config.hidden_size);
  add_attention(list, config);
  list.norm("post_attention_layernorm", config.hidden_size);
  if (config.is_moe_layer(layer) || (is_mtp && config.n_routed_experts > 0))
    add_moe(list, config, fused_experts);
  else
    list.mlp("mlp", config.intermediate_size);
  return list.take();
}

std::vector<expected_tensor> expected_tensors(const model_config& config) {
  std::vector<expected_tensor> tensors = expected_outer_tensors(config);
  for (std::int32_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    auto of_layer = expected_layer_tensors(config, layer, false);
    std::move(of_layer.begin(), of_layer.end(), std::back_inserter(tensors));
  }
  return tensors;
}

} // namespace hadal::model
