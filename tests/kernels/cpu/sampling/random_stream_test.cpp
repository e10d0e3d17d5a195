#include "kernels/cpu/sampling/random_stream.hpp"

#include "tests/support/catch.hpp"

#include <set>
#include <vector>

namespace hadal::kernels {

TEST_CASE("philox gives the published answers") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("draws are uniform from 0 to below 1 over positions and over seeds") {
  for (const bool over_seeds : {false, true}) {
    constexpr int buckets = 64;
    constexpr int draws = 64'000;
    std::vector<int> counts(buckets);
    for (std::uint64_t i = 0; i < draws; ++i) {
      const double u = over_seeds ? uniform_draw(i, 5) : uniform_draw(5, i);
      REQUIRE((u >= 0.0 && u < 1.0));
      ++counts[static_cast<std::size_t>(u * buckets)];
    }
    double chi_square = 0.0;
    for (const int count : counts)
      chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
    CHECK(chi_square < 103.4); // 63 degrees of freedom, one in a thousand
  }
}

TEST_CASE("a position far out has a draw of its own") {
  CHECK(uniform_draw(1, 0) != uniform_draw(1, std::uint64_t{1} << 32));
  CHECK(uniform_draw(1, 0) != uniform_draw((std::uint64_t{1} << 32) + 1, 0));
}

} // namespace hadal::kernels
