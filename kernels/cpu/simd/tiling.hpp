#pragma once
// How the verbs of simd_backend spread work over its pool. Included by its sources only.

#include "kernels/cpu/simd/simd_backend.hpp"

#include <algorithm>

namespace hadal::kernels::simd {

/// Multiplications that take one thread about as long as waking another.
inline constexpr std::int64_t serial_work_max = 32 * 1024;
/// Elements of rows in one tile.
inline constexpr std::int64_t row_tile_elements = 8 * 1024;

template <class Body>
void simd_backend::for_tiles(std::int64_t tiles, std::int64_t work, Body&& body) {
  if (work >= serial_work_max)
    return pool_.parallel_for(tiles, body);
  for (std::int64_t tile = 0; tile < tiles; ++tile)
    body(tile, 0);
}

template <class Body>
void simd_backend::for_tiles(const thread_pool::node_tiles& begins, std::int64_t work,
                             Body&& body) {
  if (work >= serial_work_max)
    return pool_.parallel_for(begins, body);
  for (std::int64_t tile = 0; tile < begins[static_cast<std::size_t>(pool_.node_count())]; ++tile)
    body(tile, 0);
}

template <class Body>
void simd_backend::for_weight_tiles(const thread_pool::node_tiles& begins, std::int64_t work,
                                    Body&& body) {
  for_tiles(begins, work, [&](std::int64_t tile, std::int32_t worker) {
    std::size_t node = 0;
    while (tile >= begins[node + 1])
      ++node;
    body(static_cast<int>(node), tile - begins[node], worker);
  });
}

template <class Body>
void simd_backend::for_rows(std::int64_t rows, std::int64_t cols, Body&& body) {
  const std::int64_t at_once =
      std::max<std::int64_t>(1, row_tile_elements / std::max<std::int64_t>(1, cols));
  const std::int64_t tiles = (rows + at_once - 1) / at_once;
  for_tiles(tiles, rows * cols, [&](std::int64_t tile, std::int32_t) {
    const std::int64_t end = std::min(rows, (tile + 1) * at_once);
    for (std::int64_t row = tile * at_once; row < end; ++row)
      body(row);
  });
}

} // namespace hadal::kernels::simd
