#include "base/assert.hpp"
#include "kernels/core/float_formats.hpp"
#include "kernels/cpu/simd/simd_backend.hpp"

#include <algorithm>
#include <cmath>

namespace hadal::kernels::simd {

panel_orders simd_backend::orders_meeting(dtype type) const noexcept {
  panel_orders orders = kernels_.orders;
  if (type != dtype::bfloat16)
    orders.bfloat16 = panel_order::columns;
  return orders;
}

result<packed_embedding_ptr> simd_backend::pack_embedding(const raw_weight& table) const {
  HADAL_ASSERT(table.type != dtype::float8_e4m3);
  const element type = kept_element(table.type, options().compute);
  const std::int64_t count = table.rows * table.cols;
  HADAL_TRY_ASSIGN(
      memory, reserve_shared(static_cast<std::size_t>(count) * element_bytes(type), "embeddings"));
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = stored_value(table, i / table.cols, i % table.cols);
    switch (type) {
    case element::bfloat16: memory.as<std::uint16_t>()[i] = float_to_bfloat16(value); break;
    case element::float16: memory.as<std::uint16_t>()[i] = float_to_float16(value); break;
    default: memory.as<float>()[i] = value; break;
    }
  }
  return std::make_unique<simd_embedding>(table.rows, table.cols, type, std::move(memory));
}

result<packed_norm_ptr> simd_backend::pack_norm(std::span<const float> weight) const {
  std::vector<float> values(weight.begin(), weight.end());
  for (float& value : values)
    value = round_to(options().compute, value);
  return std::make_unique<simd_norm>(std::move(values));
}

result<packed_linear_ptr> simd_backend::pack_linear(std::span<const raw_weight> parts) const {
  HADAL_ASSERT(!parts.empty() && parts.size() <= linear_parts_max);
  std::vector<weight_panels> packed;
  std::int64_t rows = 0;
  for (const raw_weight& part : parts) {
    HADAL_ASSERT(part.cols == parts[0].cols);
    HADAL_TRY_ASSIGN(panels,
                     weight_panels::pack(part, options().compute,
                                         orders_meeting(options().activations()), weights_));
    rows += part.rows;
    packed.push_back(std::move(panels));
  }
  return std::make_unique<simd_linear>(rows, parts[0].cols, std::move(packed));
}

element simd_backend::kv_b_element(const raw_weight& kv_b) const noexcept {
  return kv_b.type == dtype::float8_e4m3 ? element_of(options().compute)
                                         : kept_element(kv_b.type, options().compute);
}

result<packed_kv_b_ptr> simd_backend::pack_kv_b(const raw_weight& kv_b,
                                                const mla_shape& shape) const {
  const std::int64_t nope = shape.qk_nope_head_dim;
  const std::int64_t head_rows = nope + shape.v_head_dim;
  HADAL_ASSERT(kv_b.cols == shape.kv_lora_rank && kv_b.rows == shape.heads * head_rows);
  const bool quantised = kv_b.type == dtype::float8_e4m3;
  const element type = kv_b_element(kv_b);
  const auto value = [&](std::int64_t row, std::int64_t col) {
    const float v = stored_value(kv_b, row, col);
    return quantised ? v * scale_of(kv_b, row, col) : v;
  };
  // Cached latents, and queries if they are rounded, are values of the compute dtype and may be
  // multiplied with pairs of bfloat16. Weighted latents, the input of W_UV in the absorbed form,
  // are not rounded.
  auto packed = std::make_unique<simd_kv_b>(shape);
  int node = 0;
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    while (h >= weights_.split(shape.heads, node + 1))
      ++node;
    const std::int64_t first = h * head_rows;
    const auto transposed = [&](std::int64_t c, std::int64_t n) { return value(first + n, c); };
    const auto key = [&](std::int64_t n, std::int64_t c) { return value(first + n, c); };
    const auto val = [&](std::int64_t v, std::int64_t c) { return value(first + nope + v, c); };
    simd_kv_b::head head;
    HADAL_TRY_ASSIGN(latent,
                     weight_panels::pack(kv_b.cols, nope, type, transposed,
                                         orders_meeting(options().activations()), weights_, node));
    head.latent_from_q = std::move(latent);
    HADAL_TRY_ASSIGN(values, weight_panels::pack(shape.v_head_dim, kv_b.cols, type, val,
                                                 panel_orders{}, weights_, node));
    head.value = std::move(values);
    HADAL_TRY_ASSIGN(keys, weight_panels::pack(nope, kv_b.cols, type, key,
                                               orders_meeting(options().compute), weights_, node));
    head.key = std::move(keys);
    packed->heads.push_back(std::move(head));
  }
  return packed;
}

result<packed_router_ptr> simd_backend::pack_router(const raw_weight& gate,
                                                    std::span<const float> bias,
                                                    const routing_shape& shape) const {
  HADAL_ASSERT(gate.type != dtype::float8_e4m3 && gate.rows == shape.experts);
  HADAL_ASSERT(shape.experts_per_token > 0 && shape.experts_per_token <= shape.experts);
  HADAL_ASSERT(shape.groups > 0 && shape.experts % shape.groups == 0);
  HADAL_ASSERT(bias.size() == (shape.method == routing_method::noaux_tc
                                   ? static_cast<std::size_t>(shape.experts)
                                   : std::size_t{0}));
  HADAL_TRY_ASSIGN(panels, weight_panels::pack(gate, options().compute,
                                               orders_meeting(options().activations()), weights_));
  return std::make_unique<simd_router>(shape, std::move(panels),
                                       std::vector<float>(bias.begin(), bias.end()));
}

result<packed_experts_ptr> simd_backend::pack_experts(std::span<const raw_expert> experts) const {
  auto packed = std::make_unique<simd_experts>();
  for (const raw_expert& raw : experts) {
    HADAL_ASSERT(raw.gate.rows == raw.up.rows && raw.down.cols == raw.gate.rows);
    simd_experts::expert expert;
    const panel_orders orders = orders_meeting(options().activations());
    HADAL_TRY_ASSIGN(gate, weight_panels::pack(raw.gate, options().compute, orders, weights_));
    HADAL_TRY_ASSIGN(up, weight_panels::pack(raw.up, options().compute, orders, weights_));
    HADAL_TRY_ASSIGN(down, weight_panels::pack(raw.down, options().compute, orders, weights_));
    expert.gate = std::move(gate);
    expert.up = std::move(up);
    expert.down = std::move(down);
    packed->experts.push_back(std::move(expert));
  }
  return packed;
}

std::uint64_t simd_backend::embedding_bytes(const raw_weight& table) const {
  return static_cast<std::uint64_t>(table.rows * table.cols) *
         element_bytes(kept_element(table.type, options().compute));
}

std::uint64_t simd_backend::linear_bytes(const raw_weight& part) const {
  return weight_panels::expected_bytes(
      part, options().compute, orders_meeting(options().activations()), weights_.node_count());
}

std::uint64_t simd_backend::kv_b_bytes(const raw_weight& kv_b, const mla_shape& shape) const {
  const element type = kv_b_element(kv_b);
  const std::int64_t nope = shape.qk_nope_head_dim;
  const std::uint64_t head =
      weight_panels::expected_bytes(kv_b.cols, nope, type,
                                    orders_meeting(options().activations())) +
      weight_panels::expected_bytes(shape.v_head_dim, kv_b.cols, type, panel_orders{}) +
      weight_panels::expected_bytes(nope, kv_b.cols, type, orders_meeting(options().compute));
  return static_cast<std::uint64_t>(shape.heads) * head;
}

result<rope_table_ptr> simd_backend::make_rope_table(std::span<const float> inv_freq,
                                                     float multiplier,
                                                     std::int64_t positions) const {
  const auto pairs = static_cast<std::int64_t>(inv_freq.size());
  HADAL_TRY_ASSIGN(angles,
                   reserve_shared(static_cast<std::size_t>(positions * 2 * pairs) * sizeof(float),
                                  "the rope table"));
  auto table = std::make_unique<simd_rope_table>(pairs, positions, std::move(angles));
  float* to = table->angles.as<float>();
  for (std::int64_t p = 0; p < positions; ++p) {
    for (std::int64_t i = 0; i < pairs; ++i) {
      const float angle = static_cast<float>(p) * inv_freq[static_cast<std::size_t>(i)];
      to[p * 2 * pairs + i] = std::cos(angle) * multiplier;
      to[(p * 2 + 1) * pairs + i] = std::sin(angle) * multiplier;
    }
  }
  return table;
}

result<kv_cache_ptr> simd_backend::make_kv_cache(const kv_cache_shape& shape) {
  const std::size_t bytes = size_bytes(options().compute);
  HADAL_TRY_ASSIGN(
      rows, reserve_shared(static_cast<std::size_t>(shape.elements()) * bytes, "the KV cache"));
  rows.prefer_huge_pages();
  return std::make_unique<simd_kv_cache>(shape, element_of(options().compute), bytes,
                                         std::move(rows));
}

} // namespace hadal::kernels::simd
