#pragma once
// Randomness as a function of (seed, index), without state: the draw at a position does not depend
// on batch, chunks or interruptions. Philox4x32 with ten rounds, a counter-based generator (Salmon
// et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).

#include <array>
#include <cstdint>

namespace hadal::kernels {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept;

/// Uniform in [0, 1), a multiple of 2^-53.
double uniform_draw(std::uint64_t seed, std::uint64_t index) noexcept;

} // namespace hadal::kernels
