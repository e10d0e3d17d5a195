#include "bench/step/step_cost.hpp"

namespace hadal::bench {

namespace {

/// Weights of one linear: number of values, and bytes as stored in memory.
struct weight_sum {
  double values = 0;
  double bytes = 0;
};

class weight_sizes {
public:
  weight_sizes(const model::model_config& config, std::int64_t float_bytes)
    : config_(config), float_bytes_(static_cast<double>(float_bytes)) {}

  weight_sum linear(double rows, double cols) const {
    const double values = rows * cols;
    if (!config_.quantization)
      return {values, values * float_bytes_};
    constexpr double values_per_scale = 128.0 * 128.0;
    return {values, values * (1.0 + sizeof(float) / values_per_scale)};
  }

  weight_sum unquantised(double rows, double cols) const {
    return {rows * cols, rows * cols * float_bytes_};
  }

  weight_sum attention() const {
    const double hidden = config_.hidden_size;
    const double q_rows = double{1} * config_.num_attention_heads * config_.qk_head_dim();
    const double out_cols = double{1} * config_.num_attention_heads * config_.v_head_dim;
    weight_sum sum = linear(config_.kv_row_dim(), hidden);
    if (config_.q_lora_rank > 0) {
      add(sum, linear(config_.q_lora_rank, hidden));
      add(sum, linear(q_rows, config_.q_lora_rank));
    } else {
      add(sum, linear(q_rows, hidden));
    }
    add(sum, linear(hidden, out_cols));
    // kv_b_proj stays in the compute dtype.
    add(sum, unquantised(config_.num_attention_heads *
                             double(config_.qk_nope_head_dim + config_.v_head_dim),
                         config_.kv_lora_rank));
    return sum;
  }

  weight_sum mlp(double width) const {
    weight_sum sum = linear(2 * width, config_.hidden_size);
    add(sum, linear(config_.hidden_size, width));
    return sum;
  }

  static void add(weight_sum& to, const weight_sum& more, double times = 1.0) {
    to.values += times * more.values;
    to.bytes += times * more.bytes;
  }

private:
  const model::model_config& config_;
  double float_bytes_;
};

} // namespace

step_cost cost_of_step(const model::model_config& config, std::int64_t float_bytes,
                       const step_shape& shape) {
  const weight_sizes sizes(config, float_bytes);
  const double tokens = static_cast<double>(shape.sequences * shape.tokens_per_sequence);
  weight_sum read;     // bytes: each weight once
  double products = 0; // multiplications of all tokens with weights
  for (std::int32_t i = 0; i < config.num_hidden_layers; ++i) {
    const weight_sum attention = sizes.attention();
    weight_sizes::add(read, attention);
    products += tokens * attention.values;
    if (!config.is_moe_layer(i)) {
      const weight_sum mlp = sizes.mlp(config.intermediate_size);
      weight_sizes::add(read, mlp);
      products += tokens * mlp.values;
      continue;
    }
    const weight_sum expert = sizes.mlp(config.moe_intermediate_size);
    const weight_sum shared =
        sizes.mlp(double{1} * config.n_shared_experts * config.moe_intermediate_size);
    const weight_sum router = sizes.unquantised(config.n_routed_experts, config.hidden_size);
    weight_sizes::add(read, expert, shape.distinct_experts);
    weight_sizes::add(read, shared);
    weight_sizes::add(read, router);
    products +=
        tokens * (config.num_experts_per_tok * expert.values + shared.values + router.values);
  }
  const weight_sum head = sizes.unquantised(config.vocab_size, config.hidden_size);
  weight_sizes::add(read, head);
  products += static_cast<double>(shape.logit_rows) * head.values;

  // On average a token of a chunk sees half a chunk less than the last token.
  const double seen =
      static_cast<double>(shape.context) - static_cast<double>(shape.tokens_per_sequence - 1) / 2.0;
  const double key_products = tokens * seen * config.num_attention_heads *
                              (config.kv_row_dim() + config.kv_lora_rank) *
                              config.num_hidden_layers;
  step_cost cost;
  cost.weight_bytes = read.bytes + tokens * config.hidden_size * static_cast<double>(float_bytes);
  cost.kv_bytes = static_cast<double>(shape.sequences * shape.context) * config.kv_row_dim() *
                  static_cast<double>(float_bytes) * config.num_hidden_layers;
  cost.flop = 2.0 * (products + key_products);
  return cost;
}

} // namespace hadal::bench
