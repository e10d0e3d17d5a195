#include "actors/scheduler/token_pacer.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;
using std::chrono::microseconds;

namespace {

constexpr sequence_id one{1};
constexpr sequence_id two{2};
const token_pacer::time_point start{};

model::sampled_token token(token_id id, std::uint32_t delay_us) {
  model::sampled_token t;
  t.id = id;
  t.delay_us = delay_us;
  return t;
}

std::vector<token_id> ids_due(token_pacer& pacer, token_pacer::time_point now) {
  std::vector<token_id> ids;
  for (const auto& due : pacer.take_due(now))
    ids.push_back(due.token.id);
  return ids;
}

} // namespace

TEST_CASE("a token without a delay is not held") {
  token_pacer pacer;
  CHECK_FALSE(pacer.hold(one, token(7, 0), start));
  CHECK_FALSE(pacer.next_due());
}

TEST_CASE("the first token is due its delay after it was sampled, the next its own after that") {
  token_pacer pacer;
  CHECK(pacer.hold(one, token(7, 100), start));
  CHECK(pacer.hold(one, token(8, 50), start));
  CHECK(pacer.next_due() == start + microseconds(100));
  CHECK(ids_due(pacer, start + microseconds(99)).empty());
  CHECK(ids_due(pacer, start + microseconds(149)) == std::vector<token_id>{7});
  CHECK(pacer.next_due() == start + microseconds(150));
  CHECK(ids_due(pacer, start + microseconds(150)) == std::vector<token_id>{8});
  CHECK_FALSE(pacer.next_due());
}

TEST_CASE("a token without a delay waits behind one that is held") {
  token_pacer pacer;
  CHECK(pacer.hold(one, token(7, 100), start));
  CHECK(pacer.hold(one, token(8, 0), start));
  CHECK(ids_due(pacer, start + microseconds(100)) == std::vector<token_id>{7, 8});
  CHECK_FALSE(pacer.hold(one, token(9, 0), start + microseconds(100)));
}

TEST_CASE("sequences do not wait for each other") {
  token_pacer pacer;
  CHECK(pacer.hold(one, token(7, 1000), start));
  CHECK(pacer.hold(two, token(8, 10), start));
  CHECK_FALSE(pacer.hold(sequence_id{3}, token(9, 0), start));
  CHECK(ids_due(pacer, start + microseconds(10)) == std::vector<token_id>{8});
  CHECK(ids_due(pacer, start + microseconds(1000)) == std::vector<token_id>{7});
}

TEST_CASE("a pacer that was cleared holds nothing") {
  token_pacer pacer;
  CHECK(pacer.hold(one, token(7, 100), start));
  pacer.clear();
  CHECK_FALSE(pacer.next_due());
  CHECK_FALSE(pacer.hold(one, token(8, 0), start));
}
