#include "actors/scheduler/page_ledger.hpp"

#include "base/limits.hpp"
#include "tests/actors/scheduler/sequence_specs.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;
using scheduler_tests::small_model;
using scheduler_tests::spec;

TEST_CASE("a sequence starts with pages for its tokens and one more, but no more than it can use") {
  page_ledger ledger(small_model(16));
  sequence long_answer(request_id{1}, spec(1, 130, 300));
  REQUIRE(ledger.admit(long_answer));
  CHECK(long_answer.pages.size() == 3 + limits::admission_extra_pages);
  sequence short_answer(request_id{2}, spec(2, 130, 5));
  REQUIRE(ledger.admit(short_answer));
  CHECK(short_answer.pages.size() == 3);
  CHECK(ledger.pool().used() == 7);
}

TEST_CASE("a sequence that finds too few pages takes none") {
  page_ledger ledger(small_model(8));
  sequence first(request_id{1}, spec(1, 300, 10));
  REQUIRE(ledger.admit(first));
  sequence second(request_id{2}, spec(2, 300, 10));
  CHECK_FALSE(ledger.admit(second));
  CHECK(second.pages.empty());
  CHECK(ledger.pool().used() == 5);
}

TEST_CASE("a page is granted when the next token begins one, and given back with the rest") {
  page_ledger ledger(small_model(2));
  sequence s(request_id{1}, spec(1, 64, 400));
  REQUIRE(ledger.admit(s));
  REQUIRE(s.pages.size() == 2);
  s.planned_len = 127;
  CHECK(ledger.secure_next(s));
  CHECK(s.pages.size() == 2);
  s.planned_len = 128;
  CHECK_FALSE(ledger.secure_next(s)); // the pool is empty
  s.pages_told = 2;
  ledger.release(s);
  CHECK(ledger.pool().used() == 0);
  CHECK(s.pages_told == 0);
}

TEST_CASE("the sequence with the least output gives its pages up, the youngest of equals") {
  sequence_list running;
  for (std::uint64_t id = 1; id <= 4; ++id)
    running.emplace_back(request_id{id}, spec(id, 4, 50)).output_ids.resize(id == 1 ? 9 : 3);
  CHECK(page_ledger::victim(running)->request == request_id{4});
  running.back().output_ids.resize(4);
  CHECK(page_ledger::victim(running)->request == request_id{3});
}

TEST_CASE("what the cache or the context can never hold is refused with its numbers") {
  const page_ledger small(small_model(4)); // contexts of eight pages
  CHECK(small.check(spec(1, 200, 56)));
  const auto cache = small.check(spec(1, 200, 57));
  REQUIRE_FALSE(cache);
  CHECK(cache.error().code == error_code::invalid_request);
  CHECK(cache.error().message ==
        "200 prompt tokens and 57 completion tokens do not fit the KV cache of 256 tokens");
  CHECK_FALSE(page_ledger(small_model(40)).check(spec(1, 500, 13)));
}
