#include "actors/scheduler/step_planner.hpp"

#include "tests/actors/scheduler/sequence_specs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_executor.hpp"

#include <algorithm>
#include <map>
#include <random>

using namespace hadal;
using namespace hadal::actors;

namespace {

using scheduler_tests::small_model;
using scheduler_tests::spec;

model::finish_reason reason_of(const planner_event& event) {
  REQUIRE(event.tokens.finish);
  return event.tokens.finish->reason;
}

error failure_of(const planner_event& event) {
  REQUIRE(event.tokens.finish);
  return event.tokens.finish->failure;
}

/// Any token but the end token, a function of the whole sequence so far: a lost or doubled token
/// shows.
constexpr token_id any_id = 900;

std::vector<token_id> alone(std::size_t prompt, token_id fill, std::int32_t count) {
  std::vector<token_id> tokens(prompt, fill);
  std::vector<token_id> out;
  for (std::int32_t i = 0; i < count; ++i) {
    out.push_back(tests::fake_executor::next(tokens, 0, any_id));
    tokens.push_back(out.back());
  }
  return out;
}

/// The fake executor, which checks each step against those before it, for planned steps.
class step_runner {
public:
  explicit step_runner(const model::executor_info& info) : executor_(info) {
    executor_.first_id = 0;
    executor_.id_count = any_id;
  }

  model::sample_result run(const planned_step& step) {
    REQUIRE(executor_.forward(*step.forward));
    model::sample_result sampled;
    executor_.sample(*step.sample, [&](result<model::sample_result> r) {
      REQUIRE(r);
      sampled = std::move(*r);
    });
    return sampled;
  }

private:
  tests::fake_executor executor_;
};

/// A result of one token for each of so many sequences.
model::sample_result result_of(step_id id, std::uint32_t sequences) {
  model::sample_result result;
  result.id = id;
  for (std::uint32_t i = 0; i < sequences; ++i)
    result.runs.push_back({0, i, 1});
  result.tokens.resize(sequences);
  return result;
}

/// Runs until nothing moves, results coming back `lag` steps late; returns the tokens by sequence.
std::map<sequence_id, std::vector<token_id>>
run_all(step_planner& planner, const model::executor_info& info, std::size_t lag) {
  step_runner executor(info);
  std::deque<model::sample_result> out;
  std::map<sequence_id, std::vector<token_id>> tokens;
  for (int guard = 0; guard < 100'000; ++guard) {
    std::optional<planned_step> step;
    if (out.size() < lag)
      step = planner.plan();
    if (step) {
      out.push_back(executor.run(*step));
      continue;
    }
    if (out.empty())
      return tokens;
    std::vector<planner_event> events;
    planner.complete(out.front(), events);
    out.pop_front();
    for (const auto& event : events) {
      for (const auto& token : event.tokens.tokens)
        tokens[event.tokens.sequence].push_back(token.id);
      planner.return_credit(event.tokens.sequence, 1);
    }
  }
  FAIL("the planner does not come to an end");
  return tokens;
}

} // namespace

TEST_CASE("a prompt is computed in chunks and sampled once it is whole") {
  planner_options options;
  options.chunked_prefill_size = 100;
  step_planner planner(options, small_model(16));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 250, 2)}));
  std::vector<std::int32_t> chunks;
  std::vector<bool> sampled;
  while (auto step = planner.plan()) {
    chunks.push_back(step->forward->sequences.at(0).extend_len);
    sampled.push_back(!step->sample->sequences.empty());
  }
  CHECK(chunks == std::vector<std::int32_t>{100, 100, 50, 1});
  CHECK(sampled == std::vector<bool>{false, false, true, true});
}

TEST_CASE("the step after a sample names the token by slot before its value is known") {
  step_planner planner({}, small_model(16));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 3, 5)}));
  auto first = planner.plan();
  auto second = planner.plan();
  REQUIRE(second);
  CHECK(first->forward->sequences[0].given_len == 3);
  CHECK(second->forward->sequences[0].extend_len == 1);
  CHECK(second->forward->sequences[0].given_len == 0);
  CHECK(second->forward->token_ids.empty());
  CHECK(second->forward->sequences[0].cached_len == 3);
  CHECK(second->sample->sequences[0].output_index == 1);
}

TEST_CASE("every sequence gets the tokens that it gets alone") {
  std::uint64_t preemptions = 0;
  for (std::uint32_t chunk : {1u, 7u, 64u, 256u})
    for (std::int32_t pages :
         {8, 9, 12, 40}) // one context, and hardly more: preemption all the time
      for (std::size_t lag : {std::size_t{1}, std::size_t{2}}) {
        planner_options options;
        options.chunked_prefill_size = chunk;
        step_planner planner(options, small_model(pages));
        std::map<sequence_id, std::vector<token_id>> expected;
        for (std::uint64_t id = 1; id <= 12; ++id) {
          auto prompt = static_cast<std::size_t>(id * 37 % 200 + 1);
          auto count = static_cast<std::int32_t>(id * 53 % 190 + 1);
          REQUIRE(planner.submit(request_id{id}, {spec(id, prompt, count)}));
          expected[sequence_id{id}] = alone(prompt, static_cast<token_id>(id), count);
        }
        CHECK(run_all(planner, small_model(pages), lag) == expected);
        CHECK(planner.idle());
        preemptions += planner.preemption_count();
      }
  CHECK(preemptions > 10);
}

namespace {

/// What every sequence's prompt was scored with, the first token's missing score as 1.
std::map<sequence_id, std::vector<float>>
score_all(step_planner& planner, const model::executor_info& info, std::size_t lag) {
  step_runner executor(info);
  std::deque<model::sample_result> out;
  std::map<sequence_id, std::vector<float>> scores;
  std::vector<planner_event> events = planner.take_ended();
  for (int guard = 0; guard < 100'000; ++guard) {
    for (const auto& event : events) {
      auto& list = scores[event.tokens.sequence];
      if (!event.tokens.open)
        CHECK(event.tokens.scores.empty());
      for (const auto& score : event.tokens.scores) {
        CHECK(score.id == static_cast<token_id>(raw(event.tokens.sequence)));
        list.push_back(score.logprob.value_or(1));
      }
    }
    events.clear();
    if (out.size() < lag)
      if (auto step = planner.plan()) {
        out.push_back(executor.run(*step));
        continue;
      }
    if (out.empty())
      return scores;
    planner.complete(out.front(), events);
    out.pop_front();
  }
  FAIL("the planner does not come to an end");
  return scores;
}

} // namespace

TEST_CASE("every prompt token is scored once, in chunks, preempted or with nothing to sample") {
  std::uint64_t preemptions = 0;
  for (std::uint32_t chunk : {1u, 7u, 64u, 256u})
    for (std::int32_t pages : {8, 9, 40})
      for (std::size_t lag : {std::size_t{1}, std::size_t{2}}) {
        planner_options options;
        options.chunked_prefill_size = chunk;
        step_planner planner(options, small_model(pages));
        std::map<sequence_id, std::vector<float>> expected;
        for (std::uint64_t id = 1; id <= 12; ++id) {
          auto prompt = static_cast<std::size_t>(id * 37 % 200 + 1);
          auto wanted =
              spec(id, prompt, id % 3 == 0 ? 0 : static_cast<std::int32_t>(id * 53 % 190));
          wanted.scored_from = static_cast<std::int32_t>(id % 4 == 3 ? prompt / 2 : 0);
          auto& list = expected[sequence_id{id}];
          for (auto p = static_cast<std::size_t>(wanted.scored_from); p < prompt; ++p)
            list.push_back(p == 0 ? 1
                                  : tests::fake_executor::logprob(
                                        std::vector<token_id>(p, static_cast<token_id>(id))));
          REQUIRE(planner.submit(request_id{id}, {wanted}));
        }
        CHECK(score_all(planner, small_model(pages), lag) == expected);
        CHECK(planner.idle());
        preemptions += planner.preemption_count();
      }
  CHECK(preemptions > 10);
}

TEST_CASE("what needs no step ends when it is submitted") {
  step_planner planner({}, small_model(16));
  auto one_token = spec(2, 1, 0);
  one_token.scored_from = 0;
  REQUIRE(planner.submit(request_id{1}, {spec(1, 5, 0), one_token}));
  auto ended = planner.take_ended();
  REQUIRE(ended.size() == 2);
  for (const auto& event : ended) {
    CHECK(event.tokens.open != nullptr);
    CHECK(event.tokens.tokens.empty());
    CHECK(reason_of(event) == model::finish_reason::length);
  }
  CHECK(ended[0].tokens.scores.empty());
  REQUIRE(ended[1].tokens.scores.size() == 1);
  CHECK_FALSE(ended[1].tokens.scores[0].logprob);
  CHECK_FALSE(planner.plan());
  CHECK(planner.idle());
}

TEST_CASE("scores that are not finite fail their sequence alone") {
  step_planner planner({}, small_model(16));
  auto first = spec(1, 40, 3);
  first.scored_from = 0;
  auto second = first;
  second.sequence = sequence_id{2};
  REQUIRE(planner.submit(request_id{1}, {first, second}));
  step_runner executor(small_model(16));
  auto result = executor.run(*planner.plan());
  REQUIRE(result.scores.size() == 2);
  result.scores[0].nonfinite = true;
  std::vector<planner_event> events;
  planner.complete(result, events);
  REQUIRE(events.size() == 2);
  CHECK(events[0].tokens.sequence == sequence_id{1});
  CHECK(failure_of(events[0]).code == error_code::model_failed);
  CHECK(events[1].tokens.scores.size() == 40);
  CHECK(planner.running_count() == 1);
}

TEST_CASE("cancels at any moment leave no page, slot or step behind and disturb nobody") {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    step_planner planner({}, small_model(10));
    step_runner executor(small_model(10));
    std::deque<model::sample_result> out;
    std::map<sequence_id, std::vector<token_id>> tokens;
    for (std::uint64_t id = 1; id <= 10; ++id)
      REQUIRE(planner.submit(request_id{id}, {spec(id, id * 29 % 150 + 1, 60)}));
    std::vector<bool> cancelled(11, false);
    for (int turn = 0; turn < 5000 && !planner.idle(); ++turn) {
      if (random() % 40 == 0) {
        auto id = random() % 9 + 2; // the first one is never cancelled
        planner.cancel(request_id{id});
        cancelled[id] = true;
      }
      if (out.size() < 2)
        if (auto step = planner.plan()) {
          out.push_back(executor.run(*step));
          continue;
        }
      if (out.empty())
        continue;
      std::vector<planner_event> events;
      planner.complete(out.front(), events);
      out.pop_front();
      for (const auto& event : events) {
        CHECK_FALSE(cancelled[raw(event.tokens.sequence)]);
        for (const auto& token : event.tokens.tokens)
          tokens[event.tokens.sequence].push_back(token.id);
      }
    }
    CHECK(planner.idle());
    CHECK(tokens[sequence_id{1}] == alone(30, 1, 60));
  }
}

TEST_CASE("a sequence without stream credit is left out until its client has read") {
  step_planner planner({}, small_model(40));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 400)}));
  step_runner executor(small_model(40));
  std::size_t sampled = 0;
  while (auto step = planner.plan()) {
    std::vector<planner_event> events;
    planner.complete(executor.run(*step), events);
    sampled += events.size();
  }
  CHECK(sampled == limits::stream_credit_tokens);
  planner.return_credit(sequence_id{1}, 10);
  CHECK(planner.plan().has_value());
}

TEST_CASE("an end token ends a sequence and the step that ran meanwhile is thrown away") {
  step_planner planner({}, small_model(16));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 50)}));
  auto first = planner.plan();
  auto second = planner.plan();
  auto result = result_of(first->sample->id, 1);
  result.tokens[0].id = 999;
  std::vector<planner_event> events;
  planner.complete(result, events);
  REQUIRE(events.size() == 1);
  CHECK(reason_of(events[0]) == model::finish_reason::stop);
  CHECK(events[0].tokens.open != nullptr);
  CHECK(planner.pages().used() == 0);
  result.id = second->sample->id;
  events.clear();
  planner.complete(result, events);
  CHECK(events.empty());
  CHECK(planner.idle());
}

TEST_CASE("logits that are not finite fail their sequence alone") {
  step_planner planner({}, small_model(16));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 50), spec(2, 4, 50)}));
  auto step = planner.plan();
  auto result = result_of(step->sample->id, 2);
  result.tokens[0].nonfinite = true;
  result.tokens[1].id = 5;
  std::vector<planner_event> events;
  planner.complete(result, events);
  REQUIRE(events.size() == 2);
  CHECK(reason_of(events[0]) == model::finish_reason::failed);
  CHECK(failure_of(events[0]).code == error_code::model_failed);
  CHECK_FALSE(events[1].tokens.finish);
  CHECK(planner.running_count() == 1);
}

TEST_CASE("a sequence that its executor fails ends with the executor's own words") {
  step_planner planner({}, small_model(16));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 50)}));
  auto step = planner.plan();
  auto result = result_of(step->sample->id, 1);
  result.tokens[0].failure =
      std::make_shared<const error>(error{error_code::invalid_request, "no such thing", {}});
  std::vector<planner_event> events;
  planner.complete(result, events);
  REQUIRE(events.size() == 1);
  CHECK(reason_of(events[0]) == model::finish_reason::failed);
  CHECK(failure_of(events[0]).message == "no such thing");
  CHECK(planner.idle());
}

TEST_CASE("a held token rests its sequence and nobody else, and counts once delivered") {
  step_planner planner({}, small_model(16));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 2), spec(2, 4, 2)}));
  auto step = planner.plan();
  auto result = result_of(step->sample->id, 2);
  result.tokens[0].id = 5;
  result.tokens[1].id = 6;
  std::vector<planner_event> events;
  planner.complete(result, events, [](sequence_id id, const model::sampled_token&) {
    return id == sequence_id{1};
  });
  REQUIRE(events.size() == 1);
  CHECK(events[0].tokens.sequence == sequence_id{2});
  step = planner.plan();
  REQUIRE(step);
  REQUIRE(step->forward->sequences.size() == 1); // the second alone
  events.clear();
  planner.deliver(sequence_id{1}, result.tokens[0], events);
  REQUIRE(events.size() == 1);
  CHECK(events[0].tokens.tokens.at(0).id == 5);
  auto next = planner.plan();
  REQUIRE(next);
  CHECK(next->sample->sequences.at(0).output_index == 1);
}

TEST_CASE("a token that was held when its sequence ended is not delivered") {
  step_planner planner({}, small_model(16));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 2)}));
  auto step = planner.plan();
  auto result = result_of(step->sample->id, 1);
  std::vector<planner_event> events;
  planner.complete(result, events, [](sequence_id, const model::sampled_token&) { return true; });
  CHECK(planner.cancel(request_id{1}).size() == 1);
  planner.deliver(sequence_id{1}, result.tokens[0], events);
  CHECK(events.empty());
  CHECK(planner.idle());
}

TEST_CASE("an end token that comes before min_tokens ends nothing") {
  step_planner planner({}, small_model(16));
  auto s = spec(1, 4, 50);
  s.sampling.min_tokens = 1;
  REQUIRE(planner.submit(request_id{1}, {s}));
  std::vector<planner_event> events;
  for (int i = 0; i < 2; ++i) {
    auto step = planner.plan();
    REQUIRE(step);
    auto result = result_of(step->sample->id, 1);
    result.tokens[0].id = 999;
    planner.complete(result, events);
  }
  REQUIRE(events.size() == 2);
  CHECK_FALSE(events[0].tokens.finish);
  CHECK(reason_of(events[1]) == model::finish_reason::stop);
}

TEST_CASE("a dead shard ends what ran and keeps what waits") {
  auto info = small_model(16);
  info.slot_count = 1;
  step_planner planner({}, info);
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 50)}));
  REQUIRE(planner.submit(request_id{2}, {spec(2, 4, 3)}));
  REQUIRE(planner.plan());
  std::vector<planner_event> events;
  planner.fail_running({error_code::model_failed, "gone", {}}, events);
  REQUIRE(events.size() == 1);
  CHECK(events[0].tokens.sequence == sequence_id{1});
  CHECK(events[0].tokens.tokens.empty());
  planner.rebind(info);
  auto tokens = run_all(planner, info, 2);
  CHECK(tokens[sequence_id{2}] == alone(4, 2, 3));
  CHECK(planner.idle());
}

TEST_CASE("what a decode step carries to the shard does not grow with the contexts") {
  constexpr std::uint32_t sequences = 128;
  constexpr std::size_t steps = 64; // each sequence begins one page
  for (const std::size_t context : {std::size_t{64}, std::size_t{1024}, std::size_t{16'384}}) {
    model::executor_info info =
        small_model(static_cast<std::int32_t>(sequences * (context / 64 + 2)));
    info.context_length = static_cast<std::int32_t>(context + 2 * steps);
    info.slot_count = sequences;
    info.max_step_tokens = static_cast<std::int32_t>(sequences * context);
    planner_options options;
    options.max_running_requests = sequences;
    options.chunked_prefill_size = static_cast<std::uint32_t>(info.max_step_tokens);
    options.max_queued_tokens = sequences * context;
    step_planner planner(options, info);
    for (std::uint64_t id = 1; id <= sequences; ++id)
      REQUIRE(planner.submit(request_id{id}, {spec(id, context, 2 * steps)}));
    const auto prefill = planner.plan();
    REQUIRE(prefill);
    CHECK(prefill->forward->grants.size() == sequences * context / 64);
    std::size_t grants = 0;
    for (std::size_t i = 0; i < steps; ++i) {
      const auto step = planner.plan();
      REQUIRE(step);
      CHECK(step->forward->sequences.size() == sequences);
      CHECK(step->sample->sequences.size() == sequences);
      grants += step->forward->grants.size();
    }
    CHECK(grants == sequences);
  }
}

TEST_CASE("a sampling may give several tokens, and they count like as many samplings") {
  step_planner planner({}, small_model(16));
  REQUIRE(planner.submit(request_id{1}, {spec(1, 4, 50), spec(2, 4, 3), spec(3, 4, 50)}));
  const auto step = planner.plan();
  REQUIRE(step);
  model::sample_result result;
  result.id = step->sample->id;
  for (std::uint32_t i = 0; i < 3; ++i)
    result.runs.push_back({step->sample->sequences.at(i).slot, 4 * i, 4});
  result.tokens.resize(12);
  for (std::size_t i = 0; i < 12; ++i)
    result.tokens[i].id = static_cast<token_id>(i);
  result.tokens[9].id = 999; // the end token, second of the third sequence
  std::vector<planner_event> events;
  REQUIRE(planner.complete(result, events));
  const auto ids_of = [&](std::size_t event) {
    std::vector<token_id> ids;
    for (const auto& token : events.at(event).tokens.tokens)
      ids.push_back(token.id);
    return ids;
  };
  REQUIRE(events.size() == 3);
  CHECK(ids_of(0) == std::vector<token_id>{0, 1, 2, 3});
  CHECK_FALSE(events[0].tokens.finish);
  CHECK(ids_of(1) == std::vector<token_id>{4, 5, 6}); // max_tokens
  CHECK(reason_of(events[1]) == model::finish_reason::length);
  CHECK(ids_of(2) == std::vector<token_id>{8, 999});
  CHECK(reason_of(events[2]) == model::finish_reason::stop);
  CHECK(planner.running_count() == 1);
}
