#include "actors/gateway/request_metrics.hpp"
#include "actors/gateway/stream_credit.hpp"

#include "base/limits.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace hadal;
using namespace hadal::actors;
using namespace std::chrono_literals;

TEST_CASE("tokens are counted once, the first of a choice apart from those after it") {
  net::metrics metrics;
  const token_meter::time_point arrived{};
  token_meter meter(2, arrived);
  CHECK(meter.note(0, 2, arrived + 1s, metrics) == 2);
  CHECK(meter.note(0, 2, arrived + 2s, metrics) == 0);
  CHECK(meter.note(0, 5, arrived + 3s, metrics) == 3);
  CHECK(meter.note(1, 1, arrived + 3s, metrics) == 1);
  const auto text = metrics.text();
  CHECK(text.find("hadal_generation_tokens_total 6\n") != std::string::npos);
  CHECK(text.find("hadal_time_to_first_token_seconds_count 2\n") != std::string::npos);
  CHECK(text.find("hadal_time_to_first_token_seconds_sum 4\n") != std::string::npos);
  CHECK(text.find("hadal_inter_token_latency_seconds_count 1\n") != std::string::npos);
}

TEST_CASE("every end of a choice has a label that is declared") {
  using model::finish_reason;
  for (const auto kind : {finish_reason::stop, finish_reason::length, finish_reason::tool_calls,
                          finish_reason::failed})
    CHECK(std::count(finish_labels.begin(), finish_labels.end(), finish_label(kind)) == 1);
}

TEST_CASE("what the client or the load is to blame for is no failure of the server") {
  CHECK_FALSE(counts_as_failed(error_code::invalid_request));
  CHECK_FALSE(counts_as_failed(error_code::context_length_exceeded));
  CHECK_FALSE(counts_as_failed(error_code::queue_full));
  CHECK(counts_as_failed(error_code::model_failed));
  CHECK(counts_as_failed(error_code::internal));
}

TEST_CASE("each choice returns its credit from a half on, and all of it") {
  const auto half = limits::stream_credit_tokens / 2;
  stream_credit credit(2);
  std::vector<protocol::returned_credit> due;
  credit.add(0, sequence_id{7}, half - 1);
  credit.add(1, sequence_id{8}, half + 3);
  credit.take_due(due);
  REQUIRE(due.size() == 1);
  CHECK(due[0].sequence == sequence_id{8});
  CHECK(due[0].tokens == half + 3);
  credit.add(0, sequence_id{7}, 1);
  credit.take_due(due);
  REQUIRE(due.size() == 2);
  CHECK(due[1].sequence == sequence_id{7});
  CHECK(due[1].tokens == half);
  credit.take_due(due);
  CHECK(due.size() == 2);
}
