#pragma once
// The tile instructions that gemm.cpp uses, with their memory operands declared to the compiler. A
// tile has 16 rows of 64 bytes, or fewer if its shape says so.

#include <cstdint>

namespace hadal::kernels::simd::amx {
namespace {

/// The operand of ldtilecfg: for each of eight tiles its rows and the bytes of a row.
struct alignas(64) tile_shapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

inline void set_shapes(const tile_shapes& shapes) {
  __asm__ volatile("ldtilecfg %0" ::"m"(shapes));
}
inline void release_tiles() {
  __asm__ volatile("tilerelease");
}

template <int Tile>
inline void clear_tile() {
  __asm__ volatile("tilezero %%tmm%c0" ::"i"(Tile));
}
template <int Tile>
inline void load_tile(const void* from, std::int64_t row_bytes) {
  __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(row_bytes), "i"(Tile)
                   : "memory");
}
template <int Tile>
inline void store_tile(void* to, std::int64_t row_bytes) {
  __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(row_bytes), "i"(Tile)
                   : "memory");
}
/// Sum[m][n] += over pairs k of Left[m][k] * Right[k][n], bfloat16 into float32.
template <int Sum, int Left, int Right>
inline void multiply_tiles() {
  __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(Sum), "i"(Left), "i"(Right));
}

} // namespace
} // namespace hadal::kernels::simd::amx
