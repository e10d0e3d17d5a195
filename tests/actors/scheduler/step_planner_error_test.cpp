#include "actors/scheduler/step_planner.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

namespace {

protocol::sequence_spec spec(std::uint64_t id, std::size_t prompt, std::int32_t max_tokens) {
  protocol::sequence_spec s;
  s.sequence = sequence_id{id};
  s.prompt_ids = std::make_shared<const std::vector<token_id>>(prompt, 1);
  s.max_tokens = max_tokens;
  s.output = std::make_shared<const protocol::output_spec>();
  return s;
}

model::executor_info info() {
  model::executor_info i;
  i.context_length = 512;
  i.page_count = 8;
  i.slot_count = 1;
  i.max_step_tokens = 64;
  return i;
}

} // namespace

TEST_CASE("the queue refuses what is over its request limit and keeps what it has") {
  planner_options options;
  options.max_queued_requests = 2;
  step_planner planner(options, info());
  for (std::uint64_t id = 1; id <= 3; ++id)
    REQUIRE(planner.submit(request_id{id}, {spec(id, 4, 4)})); // one slot is free, two may wait
  auto refused = planner.submit(request_id{4}, {spec(4, 4, 4)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == error_code::queue_full);
  CHECK(planner.waiting_count() == 3);
}

TEST_CASE("the queue refuses what is over its token limit") {
  planner_options options;
  options.max_queued_tokens = 100;
  step_planner planner(options, info());
  REQUIRE(planner.submit(request_id{1}, {spec(1, 90, 4)}));
  auto refused = planner.submit(request_id{2}, {spec(2, 20, 4)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == error_code::queue_full);
  CHECK(planner.submit(request_id{3}, {spec(3, 10, 4)}));
}

TEST_CASE("a request whose choices do not all fit is refused whole") {
  planner_options options;
  options.max_queued_requests = 1;
  step_planner planner(options, info());
  auto refused = planner.submit(request_id{1}, {spec(1, 4, 4), spec(2, 4, 4), spec(3, 4, 4)});
  REQUIRE_FALSE(refused);
  CHECK(planner.waiting_count() == 0);
}

TEST_CASE("a sequence that the cache can never hold is refused with its numbers") {
  step_planner planner({}, info());
  auto refused = planner.submit(request_id{1}, {spec(1, 500, 13)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == error_code::invalid_request);
  CHECK(refused.error().message.find("500 prompt tokens") != std::string::npos);
}

TEST_CASE("credit, stop and cancel of what is unknown change nothing") {
  step_planner planner({}, info());
  planner.return_credit(sequence_id{9}, 5);
  planner.stop(sequence_id{9});
  CHECK(planner.cancel(request_id{9}).empty());
  CHECK(planner.idle());
}

TEST_CASE("a result that a dead shard left behind is dropped, before and after the next shard") {
  step_planner planner({}, info());
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 4)}));
  const auto step = planner.plan();
  REQUIRE(step);
  const model::sample_result late{step->sample->id, {{0, 0, 1}}, {{}}, {}};
  std::vector<planner_event> events;
  planner.fail_running({error_code::model_failed, "gone", {}}, events);
  events.clear();
  CHECK_FALSE(planner.complete(late, events));
  planner.rebind(info());
  REQUIRE(planner.submit(request_id{2}, {spec(2, 4, 4)}));
  REQUIRE(planner.plan());
  CHECK_FALSE(planner.complete(late, events));
  CHECK(events.empty());
  CHECK(planner.steps_in_flight() == 1);
}
