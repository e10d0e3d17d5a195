#include "actors/gateway/open_streams.hpp"

#include "base/limits.hpp"
#include "tests/actors/gateway/fake_links.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_exchange.hpp"

#include <nlohmann/json.hpp>

using namespace hadal;
using namespace hadal::actors;
using namespace hadal::protocol;
using namespace hadal::tests;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

using lines = std::vector<std::string>;

answer_layout completion_layout(bool stream) {
  answer_layout layout;
  layout.chat = false;
  layout.stream = stream;
  layout.identity = {"cmpl-1", 1, "m"};
  return layout;
}

sequence_delta delta_of(const std::shared_ptr<fake_exchange>& ex, std::string text,
                        std::uint32_t completion_tokens, bool last = false) {
  sequence_delta delta;
  delta.exchange = ex->id();
  delta.sequence = sequence_id{7};
  delta.output.content = std::move(text);
  delta.completion_tokens = completion_tokens;
  if (last)
    delta.output.finish = model::finish{};
  return delta;
}

/// The streams of one thread, their actors and their clients.
struct streams_under_test {
  net::metrics metrics;
  fake_links links;
  open_streams streams{metrics};
  open_streams::time_point now{};
  std::uint64_t next = 1;

  streams_under_test() { streams.attach(&links); }

  std::shared_ptr<fake_exchange> open(bool stream, key_place place = {}) {
    auto ex = std::make_shared<fake_exchange>(next++, "POST", "/v1/completions", "");
    streams.open(
        {ex, net::route::completions, answer(completion_layout(stream)), now, std::move(place)},
        {});
    request_prepared prepared;
    prepared.exchange = ex->id();
    prepared.prompts.push_back({3, {}, 0, {}});
    prepared.headers.push_back({"X-Hadal-Truncated", "prompt=3"});
    streams.on(prepared, now);
    return ex;
  }

  void add(std::vector<sequence_delta> deltas) {
    streams.on(step_deltas{std::make_shared<const std::vector<sequence_delta>>(std::move(deltas))},
               now);
  }

  bool counts(const std::string& line) {
    return metrics.text().find(line + "\n") != std::string::npos;
  }
};

std::size_t events_in(const std::string& written) {
  std::size_t events = 0;
  for (std::size_t at = 0; (at = written.find("data: ", at)) != std::string::npos; ++at)
    ++events;
  return events;
}

} // namespace

TEST_CASE("what several messages add to a stream is written once, with its head before it") {
  streams_under_test t;
  auto ex = t.open(true);
  t.add({delta_of(ex, "a", 1)});
  t.add({delta_of(ex, "b", 2)});
  CHECK_FALSE(ex->streaming);
  CHECK(t.links.told == lines{"write_streams"}); // once for both
  t.streams.write();
  CHECK(ex->streaming);
  CHECK(events_in(ex->written) == 2);
  REQUIRE(ex->stream_headers.size() == 4);
  CHECK(ex->stream_headers[0].name == "X-Hadal-Truncated");
  CHECK(ex->stream_headers[3].value == "cmpl-1");
  t.add({delta_of(ex, "c", 3)});
  CHECK(t.links.told == lines{"write_streams", "write_streams"});
}

TEST_CASE("a stream that is complete is written at once and its session is told") {
  streams_under_test t;
  auto ex = t.open(true);
  t.add({delta_of(ex, "a", 1, true)});
  CHECK(ex->finished);
  CHECK(ex->written.ends_with("data: [DONE]\n\n"));
  CHECK(t.links.told == lines{"answer_complete"});
  CHECK(t.streams.size() == 0);
  CHECK(t.counts("hadal_requests_total{finish_reason=\"stop\"} 1"));
}

TEST_CASE("a whole answer waits for its last delta") {
  streams_under_test t;
  auto ex = t.open(false);
  t.add({delta_of(ex, "a", 1)});
  t.streams.write();
  CHECK_FALSE(ex->response);
  t.add({delta_of(ex, "b", 2, true)});
  REQUIRE(ex->response);
  CHECK(json::parse(ex->response->body)["choices"][0]["text"] == "ab");
  CHECK(json::parse(ex->response->body)["usage"]["prompt_tokens"] == 3);
  CHECK(ex->response->headers[0].name == "X-Hadal-Truncated");
  CHECK(t.links.told.back() == "answer_complete");
}

TEST_CASE("credit goes back in halves, once its bytes have left the socket") {
  streams_under_test t;
  const auto half = limits::stream_credit_tokens / 2;
  auto ex = t.open(true);
  ex->backlog = 10;
  t.add({delta_of(ex, "a", half - 1)});
  t.streams.write();
  t.streams.on_drained(ex->id());
  CHECK(t.links.told == lines{"write_streams"}); // not a half yet
  t.add({delta_of(ex, "b", half + 2)});
  t.streams.write();
  CHECK(t.links.told == lines{"write_streams", "write_streams"}); // not sent yet
  ex->backlog = 0;
  t.streams.on_drained(ex->id());
  CHECK(t.links.told.back() == fmt::format("credit 7:{}", half + 2));
  t.streams.on_drained(ex->id());
  CHECK(t.links.told.size() == 3); // it is returned once
}

TEST_CASE("credit of all streams that one write makes due is one message to their scheduler") {
  streams_under_test t;
  const auto half = limits::stream_credit_tokens / 2;
  auto first = t.open(true);
  auto second = t.open(true);
  t.add({delta_of(first, "a", half), delta_of(second, "b", half)});
  t.streams.write();
  CHECK(t.links.told == lines{"write_streams", fmt::format("credit 7:{0} 7:{0}", half)});
}

TEST_CASE("a failure before the first token has a status of its own, a later one is an event") {
  streams_under_test t;
  auto early = t.open(true);
  t.streams.fail(early->id(), {error_code::queue_full, "full", {}});
  REQUIRE(early->response);
  CHECK(early->response->status == 503);
  auto late = t.open(true);
  t.add({delta_of(late, "a", 1)});
  t.streams.fail(late->id(), {error_code::model_failed, "died", {}});
  CHECK(late->finished);
  CHECK(events_in(late->written) == 2); // what waited comes first
  CHECK(late->written.find("\"error\"") > late->written.find("\"a\""));
  CHECK(late->written.find("[DONE]") == std::string::npos);
  CHECK(t.links.told == lines{"client_gone", "write_streams", "client_gone"});
  CHECK(t.counts("hadal_requests_total{finish_reason=\"error\"} 1")); // a full queue is no failure
  CHECK(t.streams.size() == 0);
}

TEST_CASE("a choice that fails ends its request and leaves the others of the step alone") {
  streams_under_test t;
  auto broken = t.open(true);
  auto whole = t.open(true);
  auto failed = delta_of(broken, "", 0);
  failed.output.finish = model::failed({error_code::model_failed, "bad", {}});
  t.add({failed, delta_of(whole, "a", 1)});
  REQUIRE(broken->response);
  CHECK(broken->response->status == 503);
  t.streams.write();
  CHECK(events_in(whole->written) == 1);
}

TEST_CASE("a client that leaves is reported once, and later messages for it are ignored") {
  streams_under_test t;
  auto ex = t.open(true);
  t.add({delta_of(ex, "a", 1)});
  t.streams.on_closed(ex->id());
  t.streams.on_closed(ex->id());
  t.streams.write();
  t.add({delta_of(ex, "b", 2)});
  t.streams.fail(ex->id(), {error_code::internal, "late", {}});
  t.streams.on_drained(ex->id());
  t.streams.on(whole_answer{ex->id(), "{}"});
  CHECK(t.links.told == lines{"write_streams", "client_gone"});
  CHECK(ex->written.empty());
}

TEST_CASE("the answer of a text request is sent as it comes") {
  streams_under_test t;
  auto ex = std::make_shared<fake_exchange>(50, "POST", "/tokenize", "");
  t.streams.open({ex, net::route::tokenize, {}, t.now, {}}, {});
  t.streams.on(whole_answer{ex->id(), R"({"tokens":[]})"});
  REQUIRE(ex->response);
  CHECK(ex->response->body == R"({"tokens":[]})");
  CHECK(t.links.told.empty());
  CHECK(t.streams.size() == 0);
}

TEST_CASE("all open requests fail together, or are cut off when their gateway dies") {
  streams_under_test t;
  auto waiting = t.open(true);
  auto running = t.open(true);
  t.add({delta_of(running, "a", 1)});
  t.streams.fail_all({error_code::draining, "down", {}});
  CHECK(waiting->response->status == 503);
  CHECK(running->finished);
  auto cut = t.open(true);
  t.streams.abort_all();
  CHECK(cut->aborted);
  CHECK(t.links.told.back() == "client_gone");
  CHECK(t.streams.size() == 0);
}

TEST_CASE("a key pays for prompt and completion, and has its place again before the last bytes") {
  streams_under_test t;
  auto ledger = std::make_shared<key_ledger>(std::vector<key_limits>{{1, 10}});
  const auto admit = [&] { return ledger->admit(0, t.now); };
  auto ex = t.open(true, std::get<key_place>(admit()));
  CHECK(std::holds_alternative<key_refusal>(admit())); // its only place is taken
  t.add({delta_of(ex, "a", 8, true)});
  CHECK(std::holds_alternative<key_refusal>(admit())); // 3 + 8 of 10 tokens are used
  t.now += 60s;
  CHECK(std::holds_alternative<key_place>(admit()));
}
