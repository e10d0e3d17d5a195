#include "model/sampling/choice_seed.hpp"

#include "tests/support/catch.hpp"

#include <set>

namespace hadal::model {

TEST_CASE("each choice of each request has a seed of its own") {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t request = 0; request < 300; ++request)
    for (std::uint64_t choice = 0; choice < 128; ++choice)
      seeds.insert(choice_seed(request, choice));
  CHECK(seeds.size() == 300 * 128);
  CHECK(choice_seed(42, 3) == choice_seed(42, 3));
  static_assert(choice_seed(0, 0) != 0);
}

} // namespace hadal::model
