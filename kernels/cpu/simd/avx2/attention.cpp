#include "kernels/cpu/simd/avx2/kernels.hpp"
#include "kernels/cpu/simd/avx2/vector.hpp"

// Two passes over one query token: scores, and the weighted sum of values. Lanes run along the row
// in the first pass and along the value in the last, so cached rows are read in memory order and
// each is converted once for all heads of the call.

namespace hadal::kernels::simd::avx2 {
namespace {

std::int64_t least(std::int64_t a, std::int64_t b) {
  return a < b ? a : b;
}

template <element C>
struct cache_rows {
  using stored = typename lanes<C>::stored;
  const latent_attention_params& p;

  /// First row of page number `page` of the sequence.
  const stored* page(std::int64_t page) const {
    return static_cast<const stored*>(p.cache) +
           static_cast<std::int64_t>(p.pages[page]) * p.page_stride;
  }
  std::int64_t keys_in_page(std::int64_t page) const {
    return least(p.page_size, p.key_count - page * p.page_size);
  }
};

/// Prefetch distance in rows. Prefetching past the last page is harmless.
constexpr std::int64_t rows_ahead = 4;

/// Adds values [d, d + 8) of the products of `Heads` heads with `Keys` consecutive rows.
template <element C, int Heads, int Keys>
inline void add_products(const latent_attention_params& p, const typename lanes<C>::stored* rows,
                         std::int64_t d, f32x8 (&sums)[Heads][Keys]) {
  f32x8 key_values[Keys];
#pragma GCC unroll 8
  for (int j = 0; j < Keys; ++j)
    key_values[j] = lanes<C>::load(rows + j * p.row_stride + d);
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h) {
    const f32x8 q = _mm256_loadu_ps(p.q + h * p.q_stride + d);
#pragma GCC unroll 8
    for (int j = 0; j < Keys; ++j)
      sums[h][j] = _mm256_fmadd_ps(q, key_values[j], sums[h][j]);
  }
}

/// Scores of `Heads` heads against `Keys` consecutive rows: the dot product's lanes are summed at
/// its end; values after the last whole vector are added last. A step reads the cached rows here
/// first, so the next ones are prefetched here.
template <element C, int Heads, int Keys>
void score_tile(const latent_attention_params& p, const typename lanes<C>::stored* rows,
                std::int64_t key) {
  f32x8 sums[Heads][Keys];
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h)
#pragma GCC unroll 8
    for (int j = 0; j < Keys; ++j)
      sums[h][j] = _mm256_setzero_ps();
  constexpr std::int64_t line = 64 / sizeof(typename lanes<C>::stored);
  const auto* ahead = rows + rows_ahead * p.row_stride;
  std::int64_t d = 0;
  for (; d + line <= p.key_dim; d += line) {
    // Prefetched in address order, which the hardware prefetcher recognises.
#pragma GCC unroll 8
    for (int j = 0; j < Keys; ++j)
      _mm_prefetch(reinterpret_cast<const char*>(ahead + Keys * d + j * line), _MM_HINT_T0);
#pragma GCC unroll 4
    for (std::int64_t i = 0; i < line; i += 8)
      add_products<C, Heads, Keys>(p, rows, d + i, sums);
  }
  for (; d + 8 <= p.key_dim; d += 8)
    add_products<C, Heads, Keys>(p, rows, d, sums);
  for (int h = 0; h < Heads; ++h)
    for (int j = 0; j < Keys; ++j) {
      float sum = sum_lanes(sums[h][j]);
      for (std::int64_t rest = d; rest < p.key_dim; ++rest)
        sum += p.q[h * p.q_stride + rest] * lanes<C>::load_one(rows + j * p.row_stride + rest);
      p.scores[h * p.score_stride + key + j] = sum * p.scale;
    }
}

template <element C, int Heads>
void score_pages(const latent_attention_params& p) {
  constexpr int keys_at_once = Heads >= 4 ? 2 : 4;
  const cache_rows<C> cache{p};
  for (std::int64_t page = p.page_begin; page < p.page_end; ++page) {
    const auto* rows = cache.page(page);
    const std::int64_t count = cache.keys_in_page(page);
    const std::int64_t first_key = page * p.page_size;
    std::int64_t j = 0;
    for (; j + keys_at_once <= count; j += keys_at_once)
      score_tile<C, Heads, keys_at_once>(p, rows + j * p.row_stride, first_key + j);
    for (; j < count; ++j)
      score_tile<C, Heads, 1>(p, rows + j * p.row_stride, first_key + j);
  }
}

/// Consecutive rows and their probabilities.
template <element C>
struct key_block {
  const typename lanes<C>::stored* rows;
  const float* weights; // of the first head
  std::int64_t count;
};

/// Adds a block's values [d, d + 8 * Vectors) to the sums of `Heads` heads.
template <element C, int Heads, int Vectors>
void value_tile(const latent_attention_params& p, const key_block<C>& block, std::int64_t d) {
  f32x8 sums[Heads][Vectors];
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v)
      sums[h][v] = _mm256_loadu_ps(p.out + h * p.out_stride + d + 8 * v);
  const auto* row = block.rows + d;
  for (std::int64_t j = 0; j < block.count; ++j, row += p.row_stride) {
    f32x8 values[Vectors];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v)
      values[v] = lanes<C>::load(row + 8 * v);
#pragma GCC unroll 8
    for (int h = 0; h < Heads; ++h) {
      const f32x8 weight = _mm256_broadcast_ss(block.weights + h * p.score_stride + j);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v)
        sums[h][v] = _mm256_fmadd_ps(weight, values[v], sums[h][v]);
    }
  }
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v)
      _mm256_storeu_ps(p.out + h * p.out_stride + d + 8 * v, sums[h][v]);
}

/// The values after the last whole vector, one at a time in the same order of keys.
template <element C>
void value_rest(const latent_attention_params& p, const key_block<C>& block, std::int64_t first) {
  for (std::int64_t h = 0; h < p.heads; ++h)
    for (std::int64_t d = first; d < p.value_end; ++d) {
      float& sum = p.out[h * p.out_stride + d];
      for (std::int64_t j = 0; j < block.count; ++j)
        sum = __builtin_fmaf(block.weights[h * p.score_stride + j],
                             lanes<C>::load_one(block.rows + j * p.row_stride + d), sum);
    }
}

/// Works by blocks of keys whose rows stay in the L1 cache while all their values are added.
template <element C, int Heads>
void sum_values(const latent_attention_params& p) {
  constexpr std::int64_t block_keys = 32;
  constexpr int vectors = Heads <= 3 ? 4 : 2;
  for (int h = 0; h < Heads; ++h)
    for (std::int64_t d = p.value_begin; d < p.value_end; ++d)
      p.out[h * p.out_stride + d] = 0.0f;
  const cache_rows<C> cache{p};
  for (std::int64_t page = 0; page * p.page_size < p.key_count; ++page) {
    const std::int64_t keys = cache.keys_in_page(page);
    for (std::int64_t j = 0; j < keys; j += block_keys) {
      const key_block<C> block = {cache.page(page) + j * p.row_stride,
                                  p.scores + page * p.page_size + j, least(block_keys, keys - j)};
      std::int64_t d = p.value_begin;
      for (; d + 8 * vectors <= p.value_end; d += 8 * vectors)
        value_tile<C, Heads, vectors>(p, block, d);
      for (; d + 8 <= p.value_end; d += 8)
        value_tile<C, Heads, 1>(p, block, d);
      value_rest<C>(p, block, d);
    }
  }
}

/// Calls body with the type of the cache and the number of heads as constants.
template <class Body>
void with_shape(const latent_attention_params& p, Body&& body) {
  const auto with_heads = [&]<element C>() {
    switch (p.heads) {
    case 1: return body.template operator()<C, 1>();
    case 2: return body.template operator()<C, 2>();
    case 3: return body.template operator()<C, 3>();
    case 4: return body.template operator()<C, 4>();
    case 5: return body.template operator()<C, 5>();
    default: return body.template operator()<C, 6>();
    }
  };
  switch (p.cache_type) {
  case element::float32: return with_heads.template operator()<element::float32>();
  case element::bfloat16: return with_heads.template operator()<element::bfloat16>();
  case element::float16: return with_heads.template operator()<element::float16>();
  case element::float8: return;
  }
}

} // namespace

void latent_scores(const latent_attention_params& p) {
  with_shape(p, [&]<element C, int Heads>() { score_pages<C, Heads>(p); });
}

void latent_values(const latent_attention_params& p) {
  with_shape(p, [&]<element C, int Heads>() { sum_values<C, Heads>(p); });
}

} // namespace hadal::kernels::simd::avx2
