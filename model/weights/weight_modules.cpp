#include "model/weights/weight_modules.hpp"

#include "base/assert.hpp"

#include <fmt/core.h>

#include <utility>

namespace hadal::model {

namespace {

/// Makes the modules of one layer.
class layer_namer {
public:
  layer_namer(const model_config& config, std::int32_t layer)
    : config_(config), prefix_(fmt::format("model.layers.{}.", layer)) {}

  weight_module module(const std::string& name, tensor_role role, std::int64_t rows,
                       std::int64_t cols = 0) const {
    return {prefix_ + name, role, rows, cols};
  }

  weight_module norm(const std::string& name, std::int64_t width) const {
    return module(name, tensor_role::norm, width);
  }

  weight_module linear(const std::string& name, std::int64_t rows, std::int64_t cols) const {
    return module(name, tensor_role::linear, rows, cols);
  }

  mlp_modules mlp(const std::string& name, std::int64_t width) const {
    return {linear(name + ".gate_proj", width, config_.hidden_size),
            linear(name + ".up_proj", width, config_.hidden_size),
            linear(name + ".down_proj", config_.hidden_size, width)};
  }

  attention_modules attention() const {
    const model_config& c = config_;
    const std::int64_t heads = c.num_attention_heads;
    const std::int64_t q_rows = heads * c.qk_head_dim();
    attention_modules all;
    if (c.q_lora_rank == 0) {
      all.q = linear("self_attn.q_proj", q_rows, c.hidden_size);
    } else {
      all.q_a = linear("self_attn.q_a_proj", c.q_lora_rank, c.hidden_size);
      all.q_a_norm = norm("self_attn.q_a_layernorm", c.q_lora_rank);
      all.q = linear("self_attn.q_b_proj", q_rows, c.q_lora_rank);
    }
    all.kv_a = linear("self_attn.kv_a_proj_with_mqa", c.kv_row_dim(), c.hidden_size);
    all.kv_a_norm = norm("self_attn.kv_a_layernorm", c.kv_lora_rank);
    all.kv_b = linear("self_attn.kv_b_proj",
                      heads * (std::int64_t{c.qk_nope_head_dim} + c.v_head_dim), c.kv_lora_rank);
    all.o = linear("self_attn.o_proj", c.hidden_size, heads * c.v_head_dim);
    return all;
  }

  moe_modules moe(bool fused_experts) const {
    const model_config& c = config_;
    const std::int64_t width = c.moe_intermediate_size;
    moe_modules all;
    all.router = module("mlp.gate", tensor_role::router, c.n_routed_experts, c.hidden_size);
    if (c.topk_method == topk_method::noaux_tc)
      all.router_bias =
          module("mlp.gate.e_score_correction_bias", tensor_role::router_bias, c.n_routed_experts);
    if (fused_experts) {
      all.fused_gate_up = linear("mlp.experts.gate_up_proj", width, c.hidden_size);
      all.fused_gate_up->stacks = c.n_routed_experts;
      all.fused_gate_up->parts = 2;
      all.fused_down = linear("mlp.experts.down_proj", c.hidden_size, width);
      all.fused_down->stacks = c.n_routed_experts;
    } else {
      for (std::int32_t e = 0; e < c.n_routed_experts; ++e)
        all.experts.push_back(mlp(fmt::format("mlp.experts.{}", e), width));
    }
    if (c.n_shared_experts > 0)
      all.shared = mlp("mlp.shared_experts", std::int64_t{c.n_shared_experts} * width);
    return all;
  }

  mtp_modules mtp() const {
    const std::int64_t hidden = config_.hidden_size;
    return {norm("enorm", hidden), norm("hnorm", hidden),
            module("eh_proj", tensor_role::mtp_projection, hidden, 2 * hidden),
            norm("shared_head.norm", hidden)};
  }

private:
  const model_config& config_;
  std::string prefix_;
};

void append(std::vector<weight_module>& to, const mlp_modules& mlp) {
  to.insert(to.end(), {mlp.gate, mlp.up, mlp.down});
}

void append(std::vector<weight_module>& to, const std::optional<weight_module>& module) {
  if (module)
    to.push_back(*module);
}

void append(std::vector<weight_module>& to, const moe_modules& moe) {
  to.push_back(moe.router);
  append(to, moe.router_bias);
  for (const mlp_modules& expert : moe.experts)
    append(to, expert);
  append(to, moe.fused_gate_up);
  append(to, moe.fused_down);
  if (moe.shared)
    append(to, *moe.shared);
}

} // namespace

std::string weight_module::tensor_name() const {
  return stacks > 0 || role == tensor_role::router_bias ? name : name + ".weight";
}

std::vector<std::int64_t> weight_module::shape() const {
  if (cols == 0)
    return {rows};
  if (stacks == 0)
    return {parts * rows, cols};
  return {stacks, parts * rows, cols};
}

std::vector<weight_module> layer_modules::all() const {
  std::vector<weight_module> list;
  if (mtp)
    list = {mtp->enorm, mtp->hnorm, mtp->projection, mtp->head_norm};
  list.push_back(input_norm);
  append(list, attention.q_a);
  append(list, attention.q_a_norm);
  list.insert(list.end(),
              {attention.q, attention.kv_a, attention.kv_a_norm, attention.kv_b, attention.o});
  list.push_back(post_attention_norm);
  if (moe)
    append(list, *moe);
  if (dense)
    append(list, *dense);
  return list;
}

layer_modules modules_of_layer(const model_config& config, std::int32_t layer, bool fused_experts) {
  HADAL_ASSERT(layer >= 0 && layer < config.num_hidden_layers + config.num_nextn_predict_layers);
  const bool is_mtp = layer >= config.num_hidden_layers;
  const layer_namer namer(config, layer);
  layer_modules modules;
  if (is_mtp)
    modules.mtp = namer.mtp();
  modules.input_norm = namer.norm("input_layernorm", config.hidden_size);
  modules.attention = namer.attention();
  modules.post_attention_norm = namer.norm("post_attention_layernorm", config.hidden_size);
  if (config.is_moe_layer(layer) || (is_mtp && config.n_routed_experts > 0))
    modules.moe = namer.moe(fused_experts);
  else
    modules.dense = namer.mlp("mlp", config.intermediate_size);
  return modules;
}

std::vector<weight_module> outer_modules::all() const {
  std::vector<weight_module> list = {embedding, norm};
  append(list, head);
  return list;
}

outer_modules modules_outside_layers(const model_config& config) {
  outer_modules modules;
  modules.embedding = {"model.embed_tokens", tensor_role::embedding, config.vocab_size,
                       config.hidden_size};
  modules.norm = {"model.norm", tensor_role::norm, config.hidden_size, 0};
  if (!config.tie_word_embeddings)
    modules.head = {"lm_head", tensor_role::head, config.vocab_size, config.hidden_size};
  return modules;
}

bool has_fused_experts(const weight_source& source, std::int32_t layer) {
  const std::string experts = fmt::format("model.layers.{}.mlp.experts.", layer);
  return !source.has(experts + "0.gate_proj.weight") && source.has(experts + "gate_up_proj");
}

} // namespace hadal::model
