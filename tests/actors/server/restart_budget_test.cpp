#include "actors/server/restart_budget.hpp"

#include "tests/support/catch.hpp"

using namespace hadal::server;
using namespace std::chrono_literals;

TEST_CASE("a part may die as often as its budget says within a minute") {
  restart_budget budget(2);
  const restart_budget::time_point start{};
  CHECK(budget.spend(start));
  CHECK(budget.spend(start + 1s));
  CHECK_FALSE(budget.spend(start + 2s));
}

TEST_CASE("a death is forgotten once the minute has passed") {
  restart_budget budget(1);
  const restart_budget::time_point start{};
  CHECK(budget.spend(start));
  CHECK(budget.spend(start + restart_budget::death_window + 1s));
  CHECK_FALSE(budget.spend(start + 2 * restart_budget::death_window + 1s)); // just within
}
