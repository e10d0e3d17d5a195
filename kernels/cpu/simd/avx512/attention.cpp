#include "kernels/cpu/simd/avx512/kernels.hpp"
#include "kernels/cpu/simd/avx512/vector.hpp"

// Three passes over one query token: all scores, their softmax, the weighted sum of values. Lanes
// run along the row in the first pass and along the value in the last, so cached rows are read in
// memory order and each is converted once for all heads of the call.

namespace hadal::kernels::simd::avx512 {
namespace {

constexpr int keys_at_once = 4;
/// Prefetch distance in rows. Prefetching past the last page is harmless.
constexpr std::int64_t rows_ahead = 4;

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

/// Adds the products of sixteen columns, or of those in the mask, to the sums.
template <element C, int Heads, int Keys>
inline void add_products(const latent_attention_params& p, const typename lanes<C>::stored* rows,
                         std::int64_t d, __mmask16 mask, f32x16 (&sums)[Heads][Keys]) {
  f32x16 key_values[Keys];
#pragma GCC unroll 8
  for (int j = 0; j < Keys; ++j)
    key_values[j] = lanes<C>::load(rows + j * p.row_stride + d, mask);
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h) {
    const f32x16 q = _mm512_maskz_loadu_ps(mask, p.q + h * p.q_stride + d);
#pragma GCC unroll 8
    for (int j = 0; j < Keys; ++j)
      sums[h][j] = _mm512_fmadd_ps(q, key_values[j], sums[h][j]);
  }
}

/// Scores of `Heads` heads against `Keys` consecutive rows: the dot product's lanes are summed at
/// its end. A step reads the cached rows here first, so the next ones are prefetched here.
template <element C, int Heads, int Keys>
void score_tile(const latent_attention_params& p, const typename lanes<C>::stored* rows,
                std::int64_t key) {
  f32x16 sums[Heads][Keys];
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h)
#pragma GCC unroll 8
    for (int j = 0; j < Keys; ++j)
      sums[h][j] = _mm512_setzero_ps();
  constexpr std::int64_t line = 64 / sizeof(typename lanes<C>::stored);
  const auto* ahead = rows + rows_ahead * p.row_stride;
  std::int64_t d = 0;
  for (; d + line <= p.key_dim; d += line) {
    // Prefetched in address order, which the hardware prefetcher recognises.
#pragma GCC unroll 8
    for (int j = 0; j < Keys; ++j)
      _mm_prefetch(reinterpret_cast<const char*>(ahead + Keys * d + j * line), _MM_HINT_T0);
#pragma GCC unroll 4
    for (std::int64_t i = 0; i < line; i += 16)
      add_products<C, Heads, Keys>(p, rows, d + i, 0xFFFF, sums);
  }
  for (; d + 16 <= p.key_dim; d += 16)
    add_products<C, Heads, Keys>(p, rows, d, 0xFFFF, sums);
  if (d < p.key_dim)
    add_products<C, Heads, Keys>(p, rows, d, first_lanes(p.key_dim - d), sums);
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h)
#pragma GCC unroll 8
    for (int j = 0; j < Keys; ++j)
      p.scores[h * p.score_stride + key + j] = _mm512_reduce_add_ps(sums[h][j]) * p.scale;
}

template <element C, int Heads>
void score_pages(const latent_attention_params& p) {
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

/// Values [d, d + 16 * Vectors) of `Heads` heads, over all keys; `mask` cuts the last sixteen.
template <element C, int Heads, int Vectors>
void value_tile(const latent_attention_params& p, std::int64_t d, __mmask16 mask) {
  const cache_rows<C> cache{p};
  f32x16 sums[Heads][Vectors];
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v)
      sums[h][v] = _mm512_setzero_ps();
  for (std::int64_t page = 0; page * p.page_size < p.key_count; ++page) {
    const auto* row = cache.page(page) + d;
    const float* weights = p.scores + page * p.page_size;
    const std::int64_t count = cache.keys_in_page(page);
    for (std::int64_t j = 0; j < count; ++j, row += p.row_stride) {
      f32x16 values[Vectors];
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v)
        values[v] = lanes<C>::load(row + 16 * v, mask);
#pragma GCC unroll 8
      for (int h = 0; h < Heads; ++h) {
        const f32x16 weight = _mm512_set1_ps(weights[h * p.score_stride + j]);
#pragma GCC unroll 8
        for (int v = 0; v < Vectors; ++v)
          sums[h][v] = _mm512_fmadd_ps(weight, values[v], sums[h][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int h = 0; h < Heads; ++h)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v)
      _mm512_mask_storeu_ps(p.out + h * p.out_stride + d + 16 * v, mask, sums[h][v]);
}

template <element C, int Heads>
void sum_values(const latent_attention_params& p) {
  constexpr int vectors = Heads <= 3 ? 8 : 4;
  std::int64_t d = p.value_begin;
  for (; d + 16 * vectors <= p.value_end; d += 16 * vectors)
    value_tile<C, Heads, vectors>(p, d, 0xFFFF);
  for (; d < p.value_end; d += 16)
    value_tile<C, Heads, 1>(p, d, first_lanes(p.value_end - d));
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

} // namespace hadal::kernels::simd::avx512
