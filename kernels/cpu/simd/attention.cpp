#include "base/assert.hpp"
#include "kernels/core/integers.hpp"
#include "kernels/cpu/simd/tiling.hpp"

#include <algorithm>

namespace hadal::kernels::simd {

namespace {

constexpr std::int64_t page_size = limits::page_size_tokens;

/// From this many multiplications on, threads share the attention of one row.
constexpr std::int64_t long_attention_work = 8 * serial_work_max;
/// Pages, and values, of one tile of a shared row.
constexpr std::int64_t long_attention_pages = 2;
constexpr std::int64_t long_attention_values = 128;

} // namespace

void simd_backend::append_kv(kv_cache& cache, std::int32_t layer, const_tensor_view latent,
                             const_tensor_view key) {
  const auto& kv = static_cast<const simd_kv_cache&>(cache);
  HADAL_ASSERT(layer >= 0 && layer < kv.shape.layers);
  HADAL_ASSERT(latent.cols + key.cols == kv.shape.row_dim);
  HADAL_ASSERT(latent.rows == step().rows() && key.rows == latent.rows);
  for (const step_sequence& sequence : step().sequences) {
    for (std::int64_t i = 0; i < sequence.extend_len; ++i) {
      const std::int64_t token = sequence.cached_len + i;
      const std::int64_t entry = token / page_size;
      HADAL_ASSERT(entry < sequence.page_count);
      const page_id page = step().pages[sequence.page_begin + static_cast<std::size_t>(entry)];
      HADAL_ASSERT(raw(page) < static_cast<std::uint32_t>(kv.shape.pages));
      unsigned char* to = kv.row(layer, page, token % page_size);
      const std::int64_t row = sequence.row_begin + i;
      kernels_.store_row(latent.row<float>(row), to, kv.type, latent.cols);
      kernels_.store_row(key.row<float>(row),
                         to + static_cast<std::size_t>(latent.cols) * kv.element_bytes, kv.type,
                         key.cols);
    }
  }
}

// -- absorbed ------------------------------------------------------------------------------------

void simd_backend::mla_absorbed(const_tensor_view q, const packed_kv_b& kv_b, const kv_cache& cache,
                                std::int32_t layer, std::span<const std::int32_t> sequences,
                                tensor_view out) {
  const auto& weights = static_cast<const simd_kv_b&>(kv_b);
  const auto& kv = static_cast<const simd_kv_cache&>(cache);
  const mla_shape& shape = weights.shape;
  HADAL_ASSERT(q.cols == std::int64_t{shape.heads} * shape.qk_head_dim());
  HADAL_ASSERT(out.cols == std::int64_t{shape.heads} * shape.v_head_dim && out.rows == q.rows);
  HADAL_ASSERT(kv.shape.row_dim == shape.kv_row_dim() && layer < kv.shape.layers);

  // Query rows are independent, so rows of all sequences are worked on together.
  std::int32_t* const rows = space_.query_rows.as<std::int32_t>();
  std::int64_t count = 0;
  for (const std::int32_t index : sequences) {
    const step_sequence& sequence = step().sequences[static_cast<std::size_t>(index)];
    HADAL_ASSERT(std::int64_t{sequence.cached_len} + sequence.extend_len <=
                 std::min<std::int64_t>(space_.key_capacity, sequence.page_count * page_size));
    for (std::int32_t i = 0; i < sequence.extend_len; ++i) {
      rows[count] = sequence.row_begin + i;
      space_.queries[static_cast<std::size_t>(count)] = {step().pages.data() + sequence.page_begin,
                                                         std::int64_t{sequence.cached_len} + i + 1};
      ++count;
    }
  }
  for (std::int64_t first = 0; first < count; first += absorbed_rows_max)
    absorbed_rows(q, weights, kv, layer, first, std::min(absorbed_rows_max, count - first), out);
}

void simd_backend::project_queries(const_tensor_view q, const simd_kv_b& weights,
                                   std::int64_t first, std::int64_t rows) {
  const mla_shape& shape = weights.shape;
  const std::int32_t* step_rows = space_.query_rows.as<std::int32_t>() + first;
  const std::int64_t groups = ceil_div(ceil_div(shape.kv_lora_rank, panel_width), gemm_panels_max);
  const std::int64_t stride = std::int64_t{shape.heads} * shape.kv_row_dim();
  const std::int64_t work =
      rows * shape.heads * std::int64_t{shape.kv_lora_rank} * shape.qk_nope_head_dim;
  for_tiles(head_tiles(shape.heads, groups), work, [&](std::int64_t tile, std::int32_t) {
    const std::int64_t head = tile / groups;
    const std::int64_t panel = tile % groups * gemm_panels_max;
    const weight_panels& weight = weights.heads[static_cast<std::size_t>(head)].latent_from_q;
    const float* q_head = static_cast<const float*>(q.data) + head * shape.qk_head_dim();
    float* to = space_.latent_queries.as<float>() + head * shape.kv_row_dim();
    gemm_params p = product({.values = q_head, .stride = q.row_stride}, 0, rows, weight, panel,
                            std::min<std::int64_t>(gemm_panels_max, weight.panel_count() - panel));
    p.x_rows = step_rows;
    p.out = to + panel * panel_width;
    p.out_stride = stride;
    kernels_.gemm(p);
    if (panel != 0)
      return;
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* rope_part = q_head + step_rows[r] * q.row_stride + shape.qk_nope_head_dim;
      std::copy(rope_part, rope_part + shape.qk_rope_head_dim,
                to + r * stride + shape.kv_lora_rank);
    }
  });
}

latent_attention_params simd_backend::latent_query(const mla_shape& shape,
                                                   const simd_kv_cache& cache, std::int32_t layer,
                                                   std::int64_t first, std::int64_t row,
                                                   std::int64_t head, std::int64_t heads) const {
  const query_row& query = space_.queries[static_cast<std::size_t>(first + row)];
  const std::int64_t at = row * shape.heads + head;
  return {.q = space_.latent_queries.as<float>() + at * shape.kv_row_dim(),
          .q_stride = shape.kv_row_dim(),
          .heads = static_cast<std::int32_t>(std::min(heads, shape.heads - head)),
          .cache = cache.layer_rows(layer),
          .cache_type = cache.type,
          .page_stride = cache.shape.page_elements(),
          .row_stride = shape.kv_row_dim(),
          .pages = query.pages,
          .page_size = limits::page_size_tokens,
          .key_count = query.key_count,
          .key_dim = shape.kv_row_dim(),
          .scale = shape.softmax_scale,
          .scores = nullptr,
          .score_stride = space_.score_stride,
          .page_begin = 0,
          .page_end = ceil_div(query.key_count, page_size),
          .out = space_.latent_values.as<float>() + at * shape.kv_lora_rank,
          .out_stride = shape.kv_lora_rank,
          .value_begin = 0,
          .value_end = shape.kv_lora_rank};
}

void simd_backend::attend_latents(const mla_shape& shape, const simd_kv_cache& cache,
                                  std::int32_t layer, std::int64_t first, std::int64_t rows) {
  std::int64_t work = 0;
  for (std::int64_t r = first; r < first + rows; ++r)
    work += space_.queries[static_cast<std::size_t>(r)].key_count;
  work *= std::int64_t{shape.heads} * (shape.kv_row_dim() + shape.kv_lora_rank);
  const std::int64_t groups = ceil_div(shape.heads, attention_heads_max);
  if (rows * groups < 4 * pool_.thread_count() && work >= long_attention_work)
    return attend_long(shape, cache, layer, first, rows);

  // As many heads per tile as can share a reading of the keys, but at least as many tiles as
  // threads.
  const std::int64_t share = ceil_div(rows * shape.heads, pool_.thread_count());
  const std::int64_t at_once = std::clamp<std::int64_t>(share, 1, attention_heads_max);
  const std::int64_t tiles = ceil_div(shape.heads, at_once);
  const std::int64_t heads = ceil_div(shape.heads, tiles);
  for_tiles(rows * tiles, work, [&](std::int64_t tile, std::int32_t worker) {
    // Later rows of a prompt see more keys. They run first, so that short tiles fill up the end.
    const std::int64_t row = rows - 1 - tile / tiles;
    const std::int64_t head = tile % tiles * heads;
    if (head >= shape.heads)
      return;
    latent_attention_params p = latent_query(shape, cache, layer, first, row, head, heads);
    p.scores = space_.worker_scores(worker);
    kernels_.latent_scores(p);
    for (std::int64_t h = 0; h < p.heads; ++h)
      kernels_.softmax_row(p.scores + h * p.score_stride, p.key_count, p.key_count, 1.0f, round());
    kernels_.latent_values(p);
  });
}

/// Few rows with many keys: threads share the keys of a row, then its values, and each reading of
/// the cache serves as many heads as fit.
void simd_backend::attend_long(const mla_shape& shape, const simd_kv_cache& cache,
                               std::int32_t layer, std::int64_t first, std::int64_t rows) {
  const std::int64_t groups = ceil_div(shape.heads, attention_heads_max);
  const std::int64_t heads = ceil_div(shape.heads, groups);
  // The scores of all rows and heads are stored one after the other, over the score buffers of all
  // workers.
  HADAL_ASSERT(rows * shape.heads <= pool_.thread_count() * space_.score_rows);
  const auto query = [&](std::int64_t row, std::int64_t group) {
    latent_attention_params p = latent_query(
        shape, cache, layer, first, row, std::min<std::int64_t>(group * heads, shape.heads), heads);
    p.scores =
        space_.scores.as<float>() + (row * shape.heads + group * heads) * space_.score_stride;
    return p;
  };
  std::int64_t pages = 0; // of the longest row
  for (std::int64_t r = first; r < first + rows; ++r)
    pages =
        std::max(pages, ceil_div(space_.queries[static_cast<std::size_t>(r)].key_count, page_size));
  const std::int64_t blocks = ceil_div(pages, long_attention_pages);
  pool_.parallel_for(rows * groups * blocks, [&](std::int64_t tile, std::int32_t) {
    latent_attention_params p = query(tile / blocks / groups, tile / blocks % groups);
    p.page_begin = tile % blocks * long_attention_pages;
    p.page_end = std::min(p.page_end, p.page_begin + long_attention_pages);
    if (p.heads > 0)
      kernels_.latent_scores(p);
  });
  pool_.parallel_for(rows * shape.heads, [&](std::int64_t tile, std::int32_t) {
    const std::int64_t keys =
        space_.queries[static_cast<std::size_t>(first + tile / shape.heads)].key_count;
    kernels_.softmax_row(space_.scores.as<float>() + tile * space_.score_stride, keys, keys, 1.0f,
                         round());
  });
  const std::int64_t parts = ceil_div(shape.kv_lora_rank, long_attention_values);
  pool_.parallel_for(rows * groups * parts, [&](std::int64_t tile, std::int32_t) {
    latent_attention_params p = query(tile / parts / groups, tile / parts % groups);
    p.value_begin = tile % parts * long_attention_values;
    p.value_end = std::min(p.value_end, p.value_begin + long_attention_values);
    if (p.heads > 0)
      kernels_.latent_values(p);
  });
}

void simd_backend::absorbed_rows(const_tensor_view q, const simd_kv_b& weights,
                                 const simd_kv_cache& cache, std::int32_t layer, std::int64_t first,
                                 std::int64_t rows, tensor_view out) {
  const mla_shape& shape = weights.shape;
  project_queries(q, weights, first, rows);
  attend_latents(shape, cache, layer, first, rows);

  const std::int64_t groups = ceil_div(ceil_div(shape.v_head_dim, panel_width), gemm_panels_max);
  const std::int64_t stride = std::int64_t{shape.heads} * shape.kv_lora_rank;
  const std::int64_t work =
      rows * shape.heads * std::int64_t{shape.kv_lora_rank} * shape.v_head_dim;
  for_tiles(head_tiles(shape.heads, groups), work, [&](std::int64_t tile, std::int32_t) {
    const std::int64_t head = tile / groups;
    const std::int64_t panel = tile % groups * gemm_panels_max;
    const weight_panels& weight = weights.heads[static_cast<std::size_t>(head)].value;
    gemm_params p = product(
        {.values = space_.latent_values.as<float>() + head * shape.kv_lora_rank, .stride = stride},
        0, rows, weight, panel,
        std::min<std::int64_t>(gemm_panels_max, weight.panel_count() - panel));
    p.out = static_cast<float*>(out.data) + head * shape.v_head_dim + panel * panel_width;
    p.out_stride = out.row_stride;
    p.out_rows = space_.query_rows.as<std::int32_t>() + first;
    p.round = round();
    kernels_.gemm(p);
  });
}

// -- expanded ------------------------------------------------------------------------------------

void simd_backend::mla_expanded(const_tensor_view q, const packed_kv_b& kv_b, const kv_cache& cache,
                                std::int32_t layer, std::span<const std::int32_t> sequences,
                                tensor_view out) {
  const auto& weights = static_cast<const simd_kv_b&>(kv_b);
  const auto& kv = static_cast<const simd_kv_cache&>(cache);
  const mla_shape& shape = weights.shape;
  HADAL_ASSERT(q.cols == std::int64_t{shape.heads} * shape.qk_head_dim());
  HADAL_ASSERT(out.cols == std::int64_t{shape.heads} * shape.v_head_dim && out.rows == q.rows);
  for (const std::int32_t index : sequences) {
    const step_sequence& sequence = step().sequences[static_cast<std::size_t>(index)];
    const std::int64_t tokens = std::int64_t{sequence.cached_len} + sequence.extend_len;
    HADAL_ASSERT(tokens <=
                 std::min<std::int64_t>(space_.key_capacity, sequence.page_count * page_size));
    for (std::int64_t head = 0; head < shape.heads; head += space_.expanded_heads) {
      const std::int64_t heads = std::min(space_.expanded_heads, shape.heads - head);
      const std::int64_t pages = ceil_div(tokens, page_size);
      const std::int64_t head_rows = shape.qk_nope_head_dim + shape.v_head_dim;
      for_tiles(pages * heads, tokens * heads * head_rows * shape.kv_lora_rank,
                [&](std::int64_t tile, std::int32_t worker) {
                  expand_page(weights, head + tile % heads, tile % heads, kv, layer, sequence,
                              tile / heads, worker);
                });
      const std::int64_t chunks = ceil_div(sequence.extend_len, expanded_query_rows);
      for_tiles(chunks * heads,
                tokens * sequence.extend_len * heads * (shape.qk_head_dim() + shape.v_head_dim),
                [&](std::int64_t tile, std::int32_t worker) {
                  const std::int64_t chunk = chunks - 1 - tile / heads;
                  attend_expanded(q, shape, sequence, chunk * expanded_query_rows,
                                  head + tile % heads, tile % heads, worker, out);
                });
    }
  }
}

void simd_backend::expand_page(const simd_kv_b& weights, std::int64_t head,
                               std::int64_t head_in_group, const simd_kv_cache& cache,
                               std::int32_t layer, const step_sequence& sequence, std::int64_t page,
                               std::int32_t worker) {
  const mla_shape& shape = weights.shape;
  const simd_kv_b::head& weight = weights.heads[static_cast<std::size_t>(head)];
  const std::int64_t row_dim = shape.kv_row_dim();
  const std::int64_t key_dim = shape.qk_head_dim();
  const std::int64_t tokens = std::int64_t{sequence.cached_len} + sequence.extend_len;
  const std::int64_t rows = std::min(page_size, tokens - page * page_size);
  float* const latents = space_.page_rows.as<float>() + worker * page_size * (row_dim + key_dim);
  float* const keys = latents + page_size * row_dim;

  const page_id id = step().pages[sequence.page_begin + static_cast<std::size_t>(page)];
  for (std::int64_t r = 0; r < rows; ++r) {
    kernels_.load_row(cache.row(layer, id, r), cache.type, latents + r * row_dim, row_dim);
    std::copy(latents + r * row_dim + shape.kv_lora_rank, latents + (r + 1) * row_dim,
              keys + r * key_dim + shape.qk_nope_head_dim);
  }
  const input_rows input = {.values = latents, .stride = row_dim};
  for (std::int64_t panel = 0; panel < weight.key.panel_count(); panel += gemm_panels_max) {
    gemm_params p =
        product(input, 0, rows, weight.key, panel,
                std::min<std::int64_t>(gemm_panels_max, weight.key.panel_count() - panel));
    p.out = keys + panel * panel_width;
    p.out_stride = key_dim;
    p.round = round();
    kernels_.gemm(p);
  }
  float* key_panels =
      space_.keys.as<float>() + (head_in_group * space_.key_capacity + page * page_size) * key_dim;
  for (std::int64_t r = 0; r < rows; r += panel_width)
    kernels_.transpose_panel(keys + r * key_dim, key_dim,
                             std::min<std::int64_t>(panel_width, rows - r), key_dim,
                             key_panels + r * key_dim);

  const std::int64_t value_panels = weight.value.panel_count();
  for (std::int64_t panel = 0; panel < value_panels; ++panel) {
    gemm_params p = product(input, 0, rows, weight.value, panel, 1);
    const std::int64_t at = (head_in_group * value_panels + panel) * space_.key_capacity;
    p.out = space_.values.as<float>() + (at + page * page_size) * panel_width;
    p.out_stride = panel_width;
    p.round = round();
    kernels_.gemm(p);
  }
}

void simd_backend::attend_expanded(const_tensor_view q, const mla_shape& shape,
                                   const step_sequence& sequence, std::int64_t first_query,
                                   std::int64_t head, std::int64_t head_in_group,
                                   std::int32_t worker, tensor_view out) {
  const std::int64_t rows = std::min(expanded_query_rows, sequence.extend_len - first_query);
  const std::int64_t first_row = sequence.row_begin + first_query;
  const std::int64_t keys = sequence.cached_len + first_query + rows; // of the last row
  float* const scores = space_.worker_scores(worker);

  gemm_params score;
  score.x = q.row<float>(first_row) + head * shape.qk_head_dim();
  score.x_stride = q.row_stride;
  score.rows = rows;
  score.k = shape.qk_head_dim();
  score.segment = segment_length_max;
  score.panel_stride = score.k * panel_width;
  score.out_stride = space_.score_stride;
  const float* key_panels =
      space_.keys.as<float>() + head_in_group * space_.key_capacity * shape.qk_head_dim();
  for (std::int64_t key = 0; key < keys; key += tile_cols) {
    score.cols = std::min(tile_cols, keys - key);
    score.panel_count = static_cast<std::int32_t>(ceil_div(score.cols, panel_width));
    score.panels = key_panels + key * shape.qk_head_dim();
    score.out = scores + key;
    kernels_.gemm(score);
  }
  for (std::int64_t r = 0; r < rows; ++r)
    kernels_.softmax_row(scores + r * space_.score_stride, keys - rows + r + 1, keys,
                         shape.softmax_scale, round());

  const std::int64_t value_panels = ceil_div(shape.v_head_dim, panel_width);
  gemm_params value;
  value.x = scores;
  value.x_stride = space_.score_stride;
  value.rows = rows;
  value.k = keys;
  value.segment = segment_length_max;
  value.panel_stride = space_.key_capacity * panel_width;
  value.out_stride = out.row_stride;
  value.round = round();
  for (std::int64_t panel = 0; panel < value_panels; panel += gemm_panels_max) {
    value.cols = std::min(tile_cols, shape.v_head_dim - panel * panel_width);
    value.panel_count = static_cast<std::int32_t>(ceil_div(value.cols, panel_width));
    value.panels =
        space_.values.as<float>() + (head_in_group * value_panels + panel) * value.panel_stride;
    value.out = out.row<float>(first_row) + head * shape.v_head_dim + panel * panel_width;
    kernels_.gemm(value);
  }
}

} // namespace hadal::kernels::simd
