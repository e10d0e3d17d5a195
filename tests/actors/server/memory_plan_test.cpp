#include "actors/server/memory_plan.hpp"

#include "tests/support/catch.hpp"

namespace {

using namespace hadal;
using namespace hadal::server;

model::model_config small_config() {
  model::model_config c;
  c.vocab_size = 1000;
  c.hidden_size = 64;
  c.intermediate_size = 128;
  c.num_hidden_layers = 3;
  c.num_attention_heads = 4;
  c.kv_lora_rank = 32;
  c.qk_nope_head_dim = 16;
  c.qk_rope_head_dim = 8;
  c.v_head_dim = 16;
  return c;
}

serve_limits some_limits() {
  serve_limits l;
  l.max_total_tokens = 6400;
  l.chunked_prefill_size = 100;
  return l;
}

} // namespace

TEST_CASE("the KV cache is layers times latent and rope key, in the compute dtype") {
  auto plan = plan_memory(small_config(), some_limits(), 8, model::compute_dtype::bfloat16, 0);
  CHECK(plan.kv_token_bytes == 3 * (32 + 8) * 2);
  CHECK(plan.kv_bytes == 6400 * plan.kv_token_bytes);
  plan = plan_memory(small_config(), some_limits(), 8, model::compute_dtype::float32, 0);
  CHECK(plan.kv_token_bytes == 3 * (32 + 8) * 4);
}

TEST_CASE("workspaces grow with the chunk and with what runs") {
  auto limits = some_limits();
  const auto bytes = [&](std::uint32_t running) {
    return plan_memory(small_config(), limits, running, model::compute_dtype::bfloat16, 0)
        .workspace_bytes;
  };
  const auto first = bytes(8);
  CHECK(first >= 4U * 8 * 1000); // the logits alone
  CHECK(bytes(9) > first);
  limits.chunked_prefill_size = 200;
  CHECK(bytes(8) > first);
}

TEST_CASE("the whole is the sum of its parts") {
  const auto plan =
      plan_memory(small_config(), some_limits(), 8, model::compute_dtype::bfloat16, 1000);
  CHECK(plan.weight_bytes == 1000);
  CHECK(plan.standing_bytes() == plan.weight_bytes + plan.workspace_bytes);
  CHECK(plan.full_bytes() == plan.standing_bytes() + plan.kv_bytes);
}

TEST_CASE("bytes are written with the unit that suits them") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(bytes_text(18ULL << 20) == "18.0 MiB");
  CHECK(bytes_text(3ULL << 30) == "3.0 GiB");
  CHECK(bytes_text(5ULL << 50) == "5120.0 TiB");
}
