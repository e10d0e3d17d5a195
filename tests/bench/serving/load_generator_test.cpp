#include "bench/serving/load_generator.hpp"

#include "tests/support/canned_server.hpp"
#include "tests/support/catch.hpp"

namespace hadal::bench {

namespace {

load_plan plan_for(const testing::canned_server& server, std::int32_t streams) {
  load_plan plan;
  plan.url = {"127.0.0.1", server.port(), ""};
  plan.streams = streams;
  plan.tokens = 2;
  plan.requests_per_stream = 1;
  plan.silence_seconds_max = 10;
  return plan;
}

testing::canned_answer good_answer() {
  return testing::chunked({"data: {\"t\":1}\n\n", "data: {\"t\":2}\n\n",
                           "data: {\"usage\":{\"completion_tokens\":2}}\n\n", "data: [DONE]\n\n"});
}

} // namespace

TEST_CASE("tokens, events and times of every answer are counted") {
  testing::canned_server server({good_answer(), good_answer()});
  const auto found = run_load(plan_for(server, 2));
  REQUIRE(found.has_value());
  CHECK(found->tokens == 4);
  CHECK(found->events == 6);
  CHECK(found->first_token_seconds.size() == 2);
  CHECK(found->between_tokens_seconds.size() == 4);
  CHECK(found->seconds > 0);
  for (const std::string& request : server.requests())
    CHECK(request.find("\"max_tokens\":2") != std::string::npos);
}

TEST_CASE("a stream that has its answers closes its connection while others go on") {
  testing::canned_answer held = good_answer();
  held.hold_open = true;
  testing::canned_server server({held, good_answer()});
  const auto found = run_load(plan_for(server, 2));
  REQUIRE(found.has_value());
  CHECK(found->tokens == 4);
  CHECK(server.hang_ups() == 1);
}

TEST_CASE("an answer that is cut, or has other tokens than asked for, fails the run") {
  testing::canned_server cut({testing::chunked({"data: {\"t\":1}\n\n"})});
  const auto ended = run_load(plan_for(cut, 1));
  REQUIRE_FALSE(ended.has_value());
  CHECK(ended.error().message == "a stream ended without [DONE]");

  testing::canned_server server({good_answer()});
  load_plan plan = plan_for(server, 1);
  plan.tokens = 3;
  const auto other = run_load(plan);
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().message == "an answer has 2 tokens instead of 3");
}

TEST_CASE("nobody at the port is an error that names the server") {
  load_plan plan;
  plan.url = {"127.0.0.1", 1, ""};
  const auto found = run_load(plan);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().message == "cannot connect to http://127.0.0.1:1: Connection refused");
}

TEST_CASE("a percentile is a value that occurs") {
  std::vector<double> values = {5, 1, 4, 2, 3};
  CHECK(percentile(values, 0.0) == 1);
  CHECK(percentile(values, 0.5) == 3);
  CHECK(percentile(values, 0.99) == 5);
}

} // namespace hadal::bench
