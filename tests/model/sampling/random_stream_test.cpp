#include "model/sampling/random_stream.hpp"

#include "tests/support/catch.hpp"

#include <set>

using namespace hadal::model;

TEST_CASE("Philox4x32-10 gives the known answers of its authors") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("draws are uniform in [0, 1)") {
  double sum = 0;
  std::array<int, 10> bins{};
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    auto u = uniform_draw(42, i);
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    sum += u;
    ++bins[static_cast<std::size_t>(u * 10)];
  }
  CHECK(sum / 10'000 == Approx(0.5).margin(0.015));
  double chi_square = 0;
  for (int bin : bins)
    chi_square += (bin - 1000.0) * (bin - 1000.0) / 1000.0;
  CHECK(chi_square < 27.9); // 9 degrees of freedom, one in a thousand
}

TEST_CASE("choices of a request have streams of their own, the same each time") {
  std::set<std::uint64_t> seeds;
  for (std::uint32_t choice = 0; choice < 128; ++choice)
    seeds.insert(choice_seed(7, choice));
  CHECK(seeds.size() == 128);
  CHECK(choice_seed(7, 3) == choice_seed(7, 3));
  CHECK(choice_seed(7, 3) != choice_seed(8, 3));
}
