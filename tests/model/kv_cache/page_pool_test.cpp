#include "model/kv_cache/page_pool.hpp"

#include "tests/support/catch.hpp"

#include <set>

using namespace hadal;

TEST_CASE("a grant gives all pages asked for or none") {
  model::page_pool pool(4);
  std::vector<page_id> a;
  std::vector<page_id> b;
  CHECK(pool.grant(3, a));
  CHECK_FALSE(pool.grant(2, b));
  CHECK(b.empty());
  CHECK(pool.available() == 1);
}

TEST_CASE("granted pages are distinct and come back") {
  model::page_pool pool(4);
  std::vector<page_id> a;
  REQUIRE(pool.grant(4, a));
  CHECK(std::set<page_id>(a.begin(), a.end()).size() == 4);
  pool.release(a);
  CHECK(a.empty());
  CHECK(pool.used() == 0);
}

TEST_CASE("pages are granted again in the order that touches the fewest") {
  model::page_pool pool(100);
  std::vector<page_id> a;
  REQUIRE(pool.grant(2, a));
  auto first = a;
  pool.release(a);
  REQUIRE(pool.grant(2, a));
  CHECK(a == first);
}

TEST_CASE("a page holds 64 tokens") {
  CHECK(model::pages_for(0) == 0);
  CHECK(model::pages_for(1) == 1);
  CHECK(model::pages_for(64) == 1);
  CHECK(model::pages_for(65) == 2);
}
