#pragma once
// Packed weights of the simd backend.

#include "kernels/cpu/simd/weight_panels.hpp"
#include "kernels/ops/kv_cache.hpp"
#include "kernels/ops/packed_weights.hpp"
#include "kernels/ops/shapes.hpp"

#include <utility>
#include <vector>

namespace hadal::kernels::simd {

/// Raw weights that one linear may stack.
inline constexpr std::size_t linear_parts_max = 8;

struct simd_linear final : packed_linear {
  simd_linear(std::int64_t rows, std::int64_t cols, std::vector<weight_panels> parts)
    : packed_linear(rows, cols), parts(std::move(parts)) {}
  std::uint64_t bytes() const noexcept override {
    std::uint64_t all = 0;
    for (const weight_panels& part : parts)
      all += part.bytes();
    return all;
  }
  std::vector<weight_panels> parts; // stacked by rows
};

struct simd_embedding final : packed_embedding {
  simd_embedding(std::int64_t rows, std::int64_t cols, element type, host_memory values)
    : packed_embedding(rows, cols), type(type), values(std::move(values)) {}
  std::uint64_t bytes() const noexcept override { return values.bytes(); }
  element type;
  host_memory values; // [rows, cols] of `type`
};

struct simd_norm final : packed_norm {
  explicit simd_norm(std::vector<float> weight)
    : packed_norm(static_cast<std::int64_t>(weight.size())), weight(std::move(weight)) {}
  std::uint64_t bytes() const noexcept override { return weight.size() * sizeof(float); }
  std::vector<float> weight;
};

/// kv_b_proj, cut by heads.
struct simd_kv_b final : packed_kv_b {
  struct head {
    weight_panels latent_from_q; // W_UK transposed [kv_lora_rank, nope]: absorbed form
    weight_panels value;         // W_UV [v, kv_lora_rank]: both forms
    weight_panels key;           // W_UK [nope, kv_lora_rank]: expanded form
  };
  explicit simd_kv_b(const mla_shape& shape) : shape(shape) {}
  std::uint64_t bytes() const noexcept override {
    std::uint64_t all = 0;
    for (const head& h : heads)
      all += h.latent_from_q.bytes() + h.value.bytes() + h.key.bytes();
    return all;
  }
  mla_shape shape;
  std::vector<head> heads;
};

struct simd_router final : packed_router {
  simd_router(const routing_shape& shape, weight_panels gate, std::vector<float> bias)
    : shape(shape), gate(std::move(gate)), bias(std::move(bias)) {}
  std::uint64_t bytes() const noexcept override {
    return gate.bytes() + bias.size() * sizeof(float);
  }
  routing_shape shape;
  weight_panels gate;
  std::vector<float> bias;
};

struct simd_experts final : packed_experts {
  struct expert {
    weight_panels gate;
    weight_panels up;
    weight_panels down;
  };
  std::uint64_t bytes() const noexcept override {
    std::uint64_t all = 0;
    for (const expert& e : experts)
      all += e.gate.bytes() + e.up.bytes() + e.down.bytes();
    return all;
  }
  std::vector<expert> experts;
};

struct simd_rope_table final : rope_table {
  simd_rope_table(std::int64_t pairs, std::int64_t positions, host_memory angles)
    : pairs(pairs), positions(positions), angles(std::move(angles)) {}
  std::uint64_t bytes() const noexcept override { return angles.bytes(); }
  std::int64_t pairs;
  std::int64_t positions;
  host_memory angles; // float [positions, 2, pairs]: cos, then sin

  const float* cosines(std::int64_t position) const noexcept {
    return angles.as<float>() + position * 2 * pairs;
  }
  const float* sines(std::int64_t position) const noexcept { return cosines(position) + pairs; }
};

struct simd_kv_cache final : kv_cache {
  simd_kv_cache(const kv_cache_shape& shape, element type, std::size_t element_bytes,
                host_memory rows)
    : kv_cache(shape), type(type), element_bytes(element_bytes), rows(std::move(rows)) {}
  element type;
  std::size_t element_bytes;
  host_memory rows; // `type` [layers, pages, 64, row_dim]

  unsigned char* layer_rows(std::int32_t layer) const noexcept {
    const std::int64_t elements = std::int64_t{layer} * shape.pages * shape.page_elements();
    return rows.as<unsigned char>() + static_cast<std::size_t>(elements) * element_bytes;
  }
  unsigned char* row(std::int32_t layer, page_id page, std::int64_t row_in_page) const noexcept {
    const std::int64_t elements = raw(page) * shape.page_elements() + row_in_page * shape.row_dim;
    return layer_rows(layer) + static_cast<std::size_t>(elements) * element_bytes;
  }
};

} // namespace hadal::kernels::simd
