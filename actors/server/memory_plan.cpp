#include "actors/server/memory_plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace hadal::server {

namespace {

std::uint64_t element_bytes(model::compute_dtype type) noexcept {
  return type == model::compute_dtype::float32 ? 4 : 2;
}

/// Columns of the widest row of a layer for one token.
std::uint64_t widest_row(const model::model_config& c) {
  const std::int64_t heads = c.num_attention_heads;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(
      {2LL * c.intermediate_size, heads * (c.qk_head_dim() + c.v_head_dim),
       heads * (c.kv_row_dim() + c.v_head_dim),
       2LL * c.moe_intermediate_size * (c.num_experts_per_tok + c.n_shared_experts)}));
}

} // namespace

memory_plan plan_memory(const model::model_config& config, const serve_limits& limits,
                        std::uint32_t max_running_requests, model::compute_dtype compute,
                        std::uint64_t weight_bytes) {
  constexpr std::uint64_t activation_bytes = 4;    // activations are float32 on CPU
  constexpr std::uint64_t hidden_rows_a_token = 6; // residual, norm, attention, MoE in and out
  memory_plan plan;
  plan.weight_bytes = weight_bytes;
  plan.kv_token_bytes = static_cast<std::uint64_t>(config.num_hidden_layers) *
                        static_cast<std::uint64_t>(config.kv_row_dim()) * element_bytes(compute);
  plan.kv_bytes = plan.kv_token_bytes * static_cast<std::uint64_t>(limits.max_total_tokens);
  const auto step_tokens =
      static_cast<std::uint64_t>(limits.chunked_prefill_size) + max_running_requests;
  const auto hidden = static_cast<std::uint64_t>(config.hidden_size);
  plan.workspace_bytes =
      activation_bytes * (step_tokens * (hidden_rows_a_token * hidden + 2 * widest_row(config)) +
                          max_running_requests * static_cast<std::uint64_t>(config.vocab_size));
  return plan;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024)
    return fmt::format("{} B", bytes);
  auto amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < units.size(); ++unit)
    amount /= 1024;
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

} // namespace hadal::server
