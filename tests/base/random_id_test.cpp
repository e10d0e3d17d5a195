#include "base/random_id.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cctype>

using hadal::random_id;

TEST_CASE("ids have a prefix and 24 letters and digits") {
  const std::string id = random_id("chatcmpl-", {1, 0xFFFFFFFFFFFFFFFFU, 12345678901234567U});
  CHECK(id.size() == 9 + 24);
  CHECK(id.starts_with("chatcmpl-10000000"));
  CHECK(
      std::all_of(id.begin() + 9, id.end(), [](unsigned char c) { return std::isalnum(c) != 0; }));
  CHECK(random_id("cmpl-", {1, 2, 3}) != random_id("cmpl-", {1, 2, 4}));
}
