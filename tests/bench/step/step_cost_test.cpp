#include "bench/step/step_cost.hpp"

#include "tests/support/catch.hpp"

namespace hadal::bench {

namespace {

model::model_config dense_config() {
  model::model_config config;
  config.vocab_size = 10;
  config.hidden_size = 8;
  config.intermediate_size = 6;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.kv_lora_rank = 4;
  config.qk_nope_head_dim = 3;
  config.qk_rope_head_dim = 2;
  config.v_head_dim = 3;
  return config;
}

// kv_a 6x8, q 10x8, o 8x6, kv_b 12x4, gate, up and down 3x6x8, head 10x8.
constexpr double attention_values = 48 + 80 + 48 + 48;
constexpr double mlp_values = 144;
constexpr double head_values = 80;

} // namespace

TEST_CASE("a decode step reads every weight once, and the keys of every sequence") {
  const step_cost cost = cost_of_step(dense_config(), 4, {3, 1, 20, 0, 3});
  CHECK(cost.weight_bytes == 4 * (attention_values + mlp_values + head_values + 3 * 8));
  CHECK(cost.kv_bytes == 4 * 3 * 20 * 6);
  const double keys = 3 * 20 * 2 * (6 + 4);
  CHECK(cost.flop == 2 * (3 * (attention_values + mlp_values + head_values) + keys));
}

TEST_CASE("a prompt's token sees half of its own chunk on average, and one row has logits") {
  const step_cost cost = cost_of_step(dense_config(), 4, {1, 5, 5, 0, 1});
  const double keys = (1 + 2 + 3 + 4 + 5) * 2 * (6 + 4);
  CHECK(cost.flop == 2 * (5 * (attention_values + mlp_values) + head_values + keys));
}

TEST_CASE("experts are read as often as different ones were met, and computed by every token") {
  model::model_config config = dense_config();
  config.n_routed_experts = 8;
  config.num_experts_per_tok = 2;
  config.moe_intermediate_size = 4;
  config.n_shared_experts = 1;
  const double expert = 3 * 4 * 8;
  const double router = 8 * 8;
  const step_cost cost = cost_of_step(config, 2, {3, 1, 1, 4.5, 3});
  CHECK(cost.weight_bytes ==
        2 * (attention_values + 4.5 * expert + expert + router + head_values + 3 * 8));
  const double keys = 3 * 1 * 2 * (6 + 4);
  CHECK(cost.flop ==
        2 * (3 * (attention_values + 2 * expert + expert + router + head_values) + keys));
}

TEST_CASE("FP8 linears take a byte a value and scales, while kv_b, router and head do not change") {
  model::model_config config = dense_config();
  config.quantization.emplace();
  const double quantised = attention_values - 48 + mlp_values;
  const step_cost cost = cost_of_step(config, 2, {1, 1, 1, 0, 1});
  CHECK(cost.weight_bytes ==
        Approx(quantised * (1 + 4.0 / (128 * 128)) + 2 * (48 + head_values + 8)));
}

} // namespace hadal::bench
