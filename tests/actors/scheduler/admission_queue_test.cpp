#include "actors/scheduler/admission_queue.hpp"

#include "tests/actors/scheduler/sequence_specs.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;
using scheduler_tests::spec;

namespace {

sequence waiting(std::uint64_t id, std::size_t prompt) {
  return {request_id{id}, spec(id, prompt, 10)};
}

std::uint64_t next_id(admission_queue& queue) {
  auto* s = queue.next();
  return s == nullptr ? 0 : raw(s->spec.sequence);
}

} // namespace

TEST_CASE("sequences start in the order in which they came, a preempted one first") {
  admission_queue queue(10, 1000);
  sequence_list running;
  for (std::uint64_t id : {1, 2, 3})
    queue.add(waiting(id, 5));
  CHECK(next_id(queue) == 1);
  queue.start_next(running);
  queue.start_next(running);
  CHECK(running.size() == 2);
  CHECK(next_id(queue) == 3);
  queue.add_first(running, running.begin());
  CHECK(next_id(queue) == 1);
  CHECK(queue.size() == 2);
}

TEST_CASE("while the first has tokens in flight nobody starts") {
  admission_queue queue(10, 1000);
  const auto first = queue.add(waiting(1, 5));
  queue.add(waiting(2, 5));
  first->pending = 1;
  CHECK(next_id(queue) == 0);
  first->pending = 0;
  CHECK(next_id(queue) == 1);
}

TEST_CASE("prompt tokens are counted while their sequence waits") {
  admission_queue queue(10, 1000);
  sequence_list running;
  queue.add(waiting(1, 5));
  const auto second = queue.add(waiting(2, 70));
  CHECK(queue.tokens() == 75);
  queue.start_next(running);
  CHECK(queue.tokens() == 70);
  CHECK(queue.take(second).spec.prompt_ids->size() == 70);
  CHECK(queue.tokens() == 0);
  queue.add_first(running, running.begin());
  CHECK(queue.tokens() == 5);
}

TEST_CASE("what is over the limits is refused, free slots beside them") {
  admission_queue queue(2, 100);
  CHECK(queue.check(3, 10, 1));
  const auto many = queue.check(4, 10, 1);
  REQUIRE_FALSE(many);
  CHECK(many.error().code == error_code::queue_full);
  CHECK(queue.check(1, 500, 0)); // nobody waits: any length
  queue.add(waiting(1, 90));
  CHECK(queue.check(1, 10, 0));
  const auto longer = queue.check(1, 11, 0);
  REQUIRE_FALSE(longer);
  CHECK(longer.error().code == error_code::queue_full);
  CHECK(longer.error().message == "90 prompt tokens are waiting and the limit is 100");
}
