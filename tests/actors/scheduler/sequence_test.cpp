#include "actors/scheduler/sequence.hpp"

#include "tests/actors/scheduler/sequence_specs.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;
using scheduler_tests::spec;

namespace {

model::sampled_token sampled(token_id id) {
  model::sampled_token token;
  token.id = id;
  return token;
}

/// A sequence whose prompt is computed and of which so many tokens are being sampled.
sequence sampling(std::int32_t max_tokens, std::uint32_t pending) {
  sequence s(request_id{1}, spec(1, 10, max_tokens));
  s.pending = pending;
  return s;
}

} // namespace

TEST_CASE("lengths count the prompt, what is emitted and what is being sampled") {
  auto s = sampling(5, 2);
  s.output_ids = {7};
  CHECK(s.known_len() == 11);
  CHECK(s.total_len() == 13);
  CHECK(s.output_len() == 3);
  s.planned_len = 10;
  CHECK(s.wanted_len() == 3);
  CHECK(s.token_at(9) == 1);
  CHECK(s.token_at(10) == 7);
}

TEST_CASE("a sequence rests without credit, with a held token and when its tokens are planned") {
  auto s = sampling(3, 1);
  REQUIRE(s.wanted_len() == 11);
  s.credit = 0;
  CHECK(s.wanted_len() == 0);
  s.credit = 1;
  s.held = 1;
  CHECK(s.wanted_len() == 0);
  s.held = 0;
  s.pending = 3;
  CHECK(s.wanted_len() == 0);
}

TEST_CASE("of a prompt that is only scored the last token needs no forward") {
  auto scored = spec(1, 10, 0);
  scored.scored_from = 0;
  sequence s(request_id{1}, scored);
  CHECK(s.wanted_len() == 9);
  REQUIRE(s.scores.size() == 1); // the first token, which nothing predicts
  CHECK_FALSE(s.scores[0].logprob);
  CHECK_FALSE(s.all_scored());
  model::prompt_scores more;
  more.tokens.resize(9);
  s.take(more);
  CHECK(s.all_scored());
  CHECK(s.scores.size() == 10);
}

TEST_CASE("the first event alone opens the parser and has the prompt's scores") {
  auto scored = spec(1, 10, 4);
  scored.scored_from = 0;
  sequence s(request_id{1}, scored);
  const auto first = s.next_event();
  CHECK(first.tokens.open != nullptr);
  CHECK(first.tokens.scores.size() == 1);
  const auto second = s.next_event();
  CHECK(second.tokens.open == nullptr);
  CHECK(second.tokens.scores.empty());
}

TEST_CASE("a token ends its sequence as end token, at the length or as a failure") {
  const auto end_of = [](std::int32_t max_tokens, const model::sampled_token& token) {
    auto s = sampling(max_tokens, 1);
    auto event = s.next_event();
    s.take(token, event.tokens);
    CHECK(s.pending == 0);
    CHECK(event.tokens.tokens.size() == s.output_ids.size());
    return event.tokens.finish ? std::optional(event.tokens.finish->reason) : std::nullopt;
  };
  CHECK(end_of(5, sampled(7)) == std::nullopt);
  CHECK(end_of(5, sampled(999)) == model::finish_reason::stop);
  CHECK(end_of(1, sampled(7)) == model::finish_reason::length);
  auto broken = sampled(7);
  broken.nonfinite = true;
  CHECK(end_of(5, broken) == model::finish_reason::failed);
}
