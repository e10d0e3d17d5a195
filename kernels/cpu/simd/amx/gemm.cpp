#include "kernels/cpu/simd/amx/kernels.hpp"
#include "kernels/cpu/simd/amx/tiles.hpp"
#include "kernels/cpu/simd/avx512/kernels.hpp"
#include "kernels/cpu/simd/avx512/pairs.hpp"

// Products of bfloat16 pairs in tiles: up to 16 rows of x against one panel and 32 columns of K at
// a time. avx512/gemm_bfloat16.cpp says what is exact and what counts as zero. A tile keeps
// separate sums of the even and of the odd columns of its 32. multiply_few repeats that order, so
// that a row's bits do not depend on the number of rows.

namespace hadal::kernels::simd::amx {
namespace {

constexpr std::int64_t tile_rows = 16;
constexpr std::int64_t tile_depth = 32; // columns of K
constexpr std::int64_t chunk_rows = 96;

// Tiles 0..3 hold the sums of up to four panels; the next ones hold x and weights.
constexpr int x_tile = 4;
constexpr int weight_tile = 5;

struct scratch {
  alignas(64) f32x16 weights[gemm_panels_max][segment_length_max / 2];
  alignas(64) float x[chunk_rows * row_units_max];
  alignas(64) f32x16 totals[chunk_rows * gemm_panels_max];
  alignas(64) f32x16 sums[gemm_panels_max][tile_rows];
};

std::int64_t tiles_of(std::int64_t length) {
  return (length + tile_depth - 1) / tile_depth;
}

/// Decodes the vectors of one segment of a panel and pads them with zeros to whole tiles.
template <storage W>
const f32x16* decode(const gemm_params& p, const segment_of_k& s, std::int64_t panel,
                     f32x16* buffer) {
  const unsigned char* bytes = panel_bytes<W>(p, panel, s.begin);
  const std::int64_t vectors = (s.length + 3) / 4 * 2;
  const std::int64_t whole = tiles_of(s.length) * tile_depth / 2;
  if constexpr (W == storage::coded) {
    decode_segment<prefetch_bytes>(p, s, panel, buffer);
  } else if constexpr (W == storage::bfloat16) {
    for (std::int64_t i = 0; i < vectors; ++i)
      _mm_prefetch(reinterpret_cast<const char*>(bytes + segment_length_max * 32 + i * 64),
                   _MM_HINT_T0);
    if (vectors == whole)
      return reinterpret_cast<const f32x16*>(bytes);
    for (std::int64_t i = 0; i < vectors; ++i)
      buffer[i] = _mm512_loadu_ps(bytes + i * 64);
  } else {
    const float8_decoder decode_four;
    for (std::int64_t i = 0; i < vectors; i += 2) {
      _mm_prefetch(reinterpret_cast<const char*>(bytes + i * 32 + prefetch_bytes), _MM_HINT_T0);
      decode_four(_mm512_loadu_si512(bytes + i * 32), buffer[i], buffer[i + 1]);
    }
  }
  for (std::int64_t i = vectors; i < whole; ++i)
    buffer[i] = _mm512_setzero_ps();
  return buffer;
}

/// Columns [begin, min(begin + 32, end)) of a row, padded with zeros to 32.
void load_columns(const gemm_params& p, std::int64_t row, std::int64_t begin, std::int64_t end,
                  float* to) {
  const float* x = p.x + x_row(p, row) * p.x_stride + begin;
  _mm512_store_ps(to, _mm512_maskz_loadu_ps(first_lanes(end - begin), x));
  _mm512_store_ps(to + 16, _mm512_maskz_loadu_ps(first_lanes(end - begin - 16), x + 16));
}

/// Units of a chunk of rows, padded with zeros to whole tiles.
void load_chunk(const gemm_params& p, const segment_of_k& s, std::int64_t first, std::int64_t rows,
                float* x) {
  for (std::int64_t r = 0; r < rows; ++r)
    load_units(p, s, first + r, x + r * row_units_max);
  if (p.rows <= tile_rows)
    return; // tiles have no more rows than the chunk
  for (std::int64_t i = rows * row_units_max; i % (tile_rows * row_units_max) != 0; ++i)
    x[i] = 0.0f;
}

template <int Panel>
void multiply_panel(const f32x16* weights, std::int64_t tile) {
  load_tile<weight_tile + Panel % 3>(weights + tile * tile_rows, 64);
  multiply_tiles<Panel, x_tile, weight_tile + Panel % 3>();
}

/// The sums of one tile of rows and one segment.
template <int Panels>
void sum_tiles(const float* x, const f32x16* const* weights, std::int64_t tiles,
               f32x16 (*sums)[tile_rows]) {
  clear_tile<0>();
  if constexpr (Panels > 1)
    clear_tile<1>();
  if constexpr (Panels > 2)
    clear_tile<2>();
  if constexpr (Panels > 3)
    clear_tile<3>();
  for (std::int64_t t = 0; t < tiles; ++t) {
    load_tile<x_tile>(x + t * tile_depth / 2, row_units_max * 4);
    multiply_panel<0>(weights[0], t);
    if constexpr (Panels > 1)
      multiply_panel<1>(weights[1], t);
    if constexpr (Panels > 2)
      multiply_panel<2>(weights[2], t);
    if constexpr (Panels > 3)
      multiply_panel<3>(weights[3], t);
  }
  store_tile<0>(sums[0], 64);
  if constexpr (Panels > 1)
    store_tile<1>(sums[1], 64);
  if constexpr (Panels > 2)
    store_tile<2>(sums[2], 64);
  if constexpr (Panels > 3)
    store_tile<3>(sums[3], 64);
}

template <int Panels>
void add_sums(const gemm_params& p, const segment_of_k& s, std::int64_t first, std::int64_t row,
              std::int64_t rows, scratch& space) {
  const float* scales[Panels];
  for (int n = 0; n < Panels; ++n)
    scales[n] = scales_of_sum(p, n, s.index);
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* xs = x_scale(p, first + row + r, s.index);
    f32x16* totals = space.totals + (row + r) * gemm_panels_max;
    for (int n = 0; n < Panels; ++n)
      totals[n] = add_segment(totals[n], space.sums[n][r], scales[n], xs);
  }
}

/// The shapes of all tiles, with at most `rows` rows.
tile_shapes shapes_for(std::int64_t rows) {
  tile_shapes shapes;
  for (int tile = 0; tile < 8; ++tile) {
    shapes.row_bytes[tile] = 64;
    shapes.rows[tile] =
        static_cast<std::uint8_t>(tile <= x_tile ? least(tile_rows, rows) : tile_rows);
  }
  return shapes;
}

template <storage W, int Panels>
[[gnu::noinline]] void multiply_many(const gemm_params& p) {
  scratch space;
  set_shapes(shapes_for(p.rows));
  for (std::int64_t first = 0; first < p.rows; first += chunk_rows) {
    const std::int64_t rows = least(chunk_rows, p.rows - first);
    for (std::int64_t i = 0; i < rows * gemm_panels_max; ++i)
      space.totals[i] = _mm512_setzero_ps();
    for (std::int64_t index = 0; index < segment_count(p); ++index) {
      const segment_of_k s = segment_at(p, index);
      load_chunk(p, s, first, rows, space.x);
      const f32x16* weights[Panels];
      for (int n = 0; n < Panels; ++n)
        weights[n] = decode<W>(p, s, n, space.weights[n]);
      for (std::int64_t row = 0; row < rows; row += tile_rows) {
        sum_tiles<Panels>(space.x + row * row_units_max, weights, tiles_of(s.length), space.sums);
        add_sums<Panels>(p, s, first, row, least(tile_rows, rows - row), space);
      }
    }
    for (std::int64_t r = 0; r < rows; ++r)
      for (int n = 0; n < Panels; ++n)
        store_totals(p, first + r, n, space.totals[r * gemm_panels_max + n]);
  }
  release_tiles();
}

/// One or two rows, weights decoded in registers: the same operations in the same order as a tile.
template <storage W, int Rows, int Panels>
[[gnu::noinline]] void multiply_few(const gemm_params& p) {
  constexpr std::int64_t step = W == storage::float8 ? 64 : 128;
  alignas(64) f32x16 decoded[W == storage::coded ? Panels : 1][row_units_max];
  const float8_decoder decode_four;
  const exponent_decoder decode_exponents(p.codes);
  const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xFFFF0000u));
  f32x16 totals[Rows][Panels] = {};
  for (std::int64_t index = 0; index < segment_count(p); ++index) {
    const segment_of_k s = segment_at(p, index);
    exception_cursor exceptions[Panels];
    if constexpr (W == storage::coded)
      for (int n = 0; n < Panels; ++n)
        exceptions[n] = exception_cursor(p, s, n);
    f32x16 sums[Rows][Panels] = {};
    for (std::int64_t begin = 0; begin < s.length; begin += tile_depth) {
      alignas(64) float x[Rows][tile_depth];
#pragma GCC unroll 2
      for (int r = 0; r < Rows; ++r)
        load_columns(p, r, s.begin + begin, s.begin + s.length, x[r]);
      const unsigned char* weights[Panels];
#pragma GCC unroll 4
      for (int n = 0; n < Panels; ++n) {
        weights[n] = panel_bytes<W>(p, n, s.begin + begin);
        if constexpr (W == storage::coded) {
          decode_coded<prefetch_bytes>(decode_exponents, panel_bytes<W>(p, n, s.begin), begin,
                                       least(s.length, begin + tile_depth), exceptions[n],
                                       decoded[n]);
          weights[n] = reinterpret_cast<const unsigned char*>(decoded[n] + begin / 2);
        }
      }
      f32x16 even[Rows][Panels] = {};
      f32x16 odd[Rows][Panels] = {};
      const std::int64_t fours = (least(tile_depth, s.length - begin) + 3) / 4;
      for (std::int64_t i = 0; i < fours; ++i) {
#pragma GCC unroll 4
        for (int n = 0; n < Panels; ++n) {
          f32x16 pairs[2];
          load_four<W, prefetch_bytes>(decode_four, weights[n] + i * step, pairs[0], pairs[1]);
#pragma GCC unroll 2
          for (int half = 0; half < 2; ++half) {
            const __m512i bits = _mm512_castps_si512(pairs[half]);
            const f32x16 first = _mm512_castsi512_ps(_mm512_slli_epi32(bits, 16));
            const f32x16 second = _mm512_castsi512_ps(_mm512_and_si512(bits, upper));
#pragma GCC unroll 2
            for (int r = 0; r < Rows; ++r) {
              const float* at = x[r] + 4 * i + 2 * half;
              even[r][n] = _mm512_fmadd_ps(_mm512_set1_ps(at[0]), first, even[r][n]);
              odd[r][n] = _mm512_fmadd_ps(_mm512_set1_ps(at[1]), second, odd[r][n]);
            }
          }
        }
      }
#pragma GCC unroll 2
      for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (int n = 0; n < Panels; ++n)
          sums[r][n] = _mm512_add_ps(sums[r][n], _mm512_add_ps(even[r][n], odd[r][n]));
    }
#pragma GCC unroll 2
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
      for (int n = 0; n < Panels; ++n)
        totals[r][n] = add_segment(totals[r][n], sums[r][n], scales_of_sum(p, n, s.index),
                                   x_scale(p, r, s.index));
  }
  for (int r = 0; r < Rows; ++r)
    for (int n = 0; n < Panels; ++n)
      store_totals(p, r, n, totals[r][n]);
}

template <storage W, int Panels>
void multiply(const gemm_params& p) {
  switch (p.rows) {
  case 1: return multiply_few<W, 1, Panels>(p);
  case 2: return multiply_few<W, 2, Panels>(p);
  default: return multiply_many<W, Panels>(p);
  }
}

/// Tile instructions always flush subnormals to zero. The vector code around them and multiply_few
/// do so too, so that both give the same bits.
class flush_subnormals {
public:
  flush_subnormals() : before_(_mm_getcsr()) {
    constexpr unsigned flush_results = 0x8000;
    constexpr unsigned flush_inputs = 0x0040;
    _mm_setcsr(before_ | flush_results | flush_inputs);
  }
  ~flush_subnormals() { _mm_setcsr(before_); }
  flush_subnormals(const flush_subnormals&) = delete;
  flush_subnormals& operator=(const flush_subnormals&) = delete;

private:
  unsigned before_;
};

template <storage W>
void multiply(const gemm_params& p) {
  const flush_subnormals mode;
  switch (p.panel_count) {
  case 1: return multiply<W, 1>(p);
  case 2: return multiply<W, 2>(p);
  case 3: return multiply<W, 3>(p);
  default: return multiply<W, 4>(p);
  }
}

} // namespace

void gemm(const gemm_params& p) {
  if (p.order == panel_order::columns)
    return avx512::gemm(p);
  if (p.rows <= 0 || p.cols <= 0)
    return;
  if (p.weight == element::float8)
    return multiply<storage::float8>(p);
  if (p.order == panel_order::coded)
    return multiply<storage::coded>(p);
  return multiply<storage::bfloat16>(p);
}

} // namespace hadal::kernels::simd::amx
