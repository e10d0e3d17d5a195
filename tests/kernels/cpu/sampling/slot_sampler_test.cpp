#include "kernels/cpu/sampling/slot_sampler.hpp"

#include "kernels/cpu/sampling/random_stream.hpp"
#include "tests/support/catch.hpp"

#include <cmath>

namespace hadal::kernels {

namespace {

constexpr std::int32_t vocab = 40;

std::vector<float> row(std::uint64_t seed) {
  std::vector<float> logits;
  for (std::uint64_t i = 0; i < vocab; ++i)
    logits.push_back(static_cast<float>(uniform_draw(seed, i) * 4.0));
  return logits;
}

std::shared_ptr<slot_state> state(std::uint64_t seed, float temperature = 1.0f) {
  auto s = std::make_shared<slot_state>();
  s->seed = seed;
  s->params.temperature = temperature;
  return s;
}

} // namespace

TEST_CASE("temperature zero takes the best token, the lowest id among equals") {
  slot_sampler s(4, 4, 1);
  s.open(0, state(1, 0.0f));
  CHECK(s.sample(0, 0, std::vector<float>{0, 2, 2, 1}).id == 1);
  CHECK(s.last_token(0) == 1);
}

TEST_CASE("a seed gives the same tokens in another slot, another order, after being taken again") {
  slot_sampler alone(vocab, vocab, 1);
  alone.open(0, state(5));
  std::vector<token_id> reference;
  for (std::int32_t i = 0; i < 30; ++i)
    reference.push_back(alone.sample(0, i, row(static_cast<std::uint64_t>(i))).id);

  slot_sampler busy(vocab, vocab, 8);
  busy.open(3, state(5));
  busy.open(4, state(6));
  bool other_differs = false;
  for (std::int32_t i = 0; i < 30; ++i) {
    const auto logits = row(static_cast<std::uint64_t>(i));
    if (i == 17) { // preempted: another sequence uses the slot, then this one comes back elsewhere
      busy.open(3, state(99));
      auto again = state(5);
      again->output_ids.assign(reference.begin(), reference.begin() + 17);
      busy.open(7, again);
      CHECK(busy.last_token(7) == reference[16]);
    }
    const std::uint32_t slot = i < 17 ? 3 : 7;
    const token_id other = busy.sample(4, i, logits).id;
    const token_id id = busy.sample(slot, i, logits).id;
    CHECK(id == reference[static_cast<std::size_t>(i)]);
    other_differs = other_differs || other != id;
  }
  CHECK(other_differs);
}

TEST_CASE("rows beyond the sampled vocabulary are never sampled but count in the logprobs") {
  slot_sampler s(4, 2, 1);
  auto greedy = state(1, 0.0f);
  greedy->params.logprobs = true;
  greedy->params.top_logprobs = 2;
  s.open(0, greedy);
  const sampled_token token = s.sample(0, 0, std::vector<float>{1, 2, 9, 3});
  CHECK(token.id == 1);
  const double sum = std::log(std::exp(1.0) + std::exp(2.0) + std::exp(9.0) + std::exp(3.0));
  CHECK(token.logprob == Approx(2.0 - sum));
  REQUIRE(token.top.size() == 2);
  CHECK((token.top[0].id == 2 && token.top[1].id == 3));
  s.open(0, state(1));
  for (std::int32_t i = 0; i < 200; ++i)
    REQUIRE(s.sample(0, i, std::vector<float>{1, 2, 9, 3}).id < 2);
}

TEST_CASE("logprobs ignore bias, penalties, masks and temperature") {
  slot_sampler s(3, 3, 1);
  auto tuned = state(1, 0.0f);
  tuned->params.logprobs = true;
  tuned->params.logit_bias = {{2, 10.0f}};
  tuned->params.min_tokens = 5;
  tuned->params.end_token_ids = {0};
  s.open(0, tuned);
  const sampled_token token = s.sample(0, 0, std::vector<float>{3, 2, 1});
  CHECK(token.id == 2);
  CHECK(token.logprob == Approx(1 - std::log(std::exp(1.0) + std::exp(2.0) + std::exp(3.0))));
  CHECK(token.top.empty());
}

TEST_CASE("penalties follow the tokens that are sampled") {
  slot_sampler s(3, 3, 1);
  auto penalised = state(1, 0.0f);
  penalised->params.presence_penalty = 1.5f;
  s.open(0, penalised);
  const std::vector<float> logits = {3, 2, 1};
  CHECK(s.sample(0, 0, logits).id == 0);
  CHECK(s.sample(0, 1, logits).id == 1);
  CHECK(s.sample(0, 2, logits).id == 0); // 1.5, 0.5, 1
}

TEST_CASE("a reopened slot goes on with the penalties of what was emitted before") {
  slot_sampler s(3, 3, 1);
  auto penalised = state(1, 0.0f);
  penalised->params.frequency_penalty = 1.0f;
  penalised->output_ids = {0, 0, 1};
  s.open(0, penalised);
  CHECK(s.sample(0, 3, std::vector<float>{3, 2.5f, 2.2f}).id == 2); // 1, 1.5, 2.2
}

TEST_CASE("the end of thinking is forced against bias, penalties, masks and the draw") {
  slot_sampler s(4, 4, 1);
  auto limited = state(1);
  limited->params.thinking = thinking_budget{2, {1, 2, 3}};
  limited->params.logit_bias = {{2, -100.0f}};
  limited->params.min_tokens = 50;
  limited->params.end_token_ids = {2};
  limited->params.presence_penalty = 2.0f;
  limited->params.logprobs = true;
  limited->prompt_ids = std::make_shared<const std::vector<token_id>>(std::vector<token_id>{1, 3});
  s.open(0, limited);
  const std::vector<float> logits = {9, -20, -20, -20};
  CHECK(s.sample(0, 0, logits).id == 0);
  CHECK(s.sample(0, 1, logits).id == 3);
  const sampled_token forced = s.sample(0, 2, logits);
  CHECK(forced.id == 2);
  CHECK(forced.logprob == Approx(-29.0f));
  CHECK(s.last_token(0) == 2);
  CHECK(s.sample(0, 3, logits).id == 0);
}

TEST_CASE("a slot that is taken again keeps what was thought, another sequence begins anew") {
  slot_sampler s(4, 4, 1);
  auto limited = state(1, 0.0f);
  limited->params.thinking = thinking_budget{3, {1, 2, 3}};
  limited->prompt_ids = std::make_shared<const std::vector<token_id>>(1, 1);
  limited->output_ids = {0, 0, 0};
  const std::vector<float> logits = {9, 0, 0, 0};
  s.open(0, limited);
  CHECK(s.sample(0, 3, logits).id == 2);
  auto fresh = std::make_shared<slot_state>(*limited);
  fresh->output_ids.clear();
  s.open(0, fresh);
  CHECK(s.sample(0, 0, logits).id == 0);
  s.open(0, state(1, 0.0f));
  for (std::int32_t i = 0; i < 10; ++i)
    CHECK(s.sample(0, i, logits).id == 0);
}

TEST_CASE("logprobs are left out unless asked for") {
  slot_sampler s(3, 3, 1);
  s.open(0, state(1, 0.0f));
  const sampled_token token = s.sample(0, 0, std::vector<float>{3, 2, 1});
  CHECK(token.logprob == 0.0f);
  CHECK(token.top.empty());
}

TEST_CASE("logits that are not numbers fail their own sequence only") {
  slot_sampler s(3, 3, 2);
  s.open(0, state(1));
  s.open(1, state(1, 0.0f));
  CHECK(s.sample(0, 0, std::vector<float>{0, std::nanf(""), 1}).nonfinite);
  const sampled_token good = s.sample(1, 0, std::vector<float>{0, 5, 1});
  CHECK_FALSE(good.nonfinite);
  CHECK(good.id == 1);
  // The step after may already name the failed slot.
  const token_id last = s.last_token(0);
  CHECK((last >= 0 && last < 3));
}

TEST_CASE("under a mask only its tokens are sampled, and a mask of everything changes nothing") {
  slot_sampler s(vocab, vocab, 2);
  s.open(0, state(5));
  s.open(1, state(5));
  token_mask some(vocab), all(vocab);
  for (token_id id = 0; id < vocab; ++id)
    all.allow(id);
  for (const token_id id : {3, 17, 31})
    some.allow(id);
  for (std::int32_t i = 0; i < 200; ++i) {
    const auto logits = row(static_cast<std::uint64_t>(i));
    CHECK(some.allows(s.sample(0, i, logits, &some).id));
    CHECK(s.sample(0, i, logits, &all).id == s.sample(1, i, logits).id);
  }
}

TEST_CASE("ids beyond a mask are not sampled, and greedy sampling keeps to it") {
  slot_sampler s(vocab, vocab, 1);
  s.open(0, state(1, 0.0f));
  token_mask mask(10);
  mask.allow(4);
  std::vector<float> logits(vocab, 1.0f);
  logits[4] = -50.0f;
  logits[20] = 9.0f;
  CHECK(s.sample(0, 0, logits, &mask).id == 4);
}

TEST_CASE("a mask that refuses everything gives the first token, greedy or drawn") {
  slot_sampler s(vocab, vocab, 2);
  s.open(0, state(1));
  s.open(1, state(1, 0.0f));
  const token_mask none(vocab);
  for (const std::uint32_t slot : {0u, 1u}) {
    const sampled_token token = s.sample(slot, 0, row(1), &none);
    CHECK((token.id == 0 && !token.nonfinite));
  }
}

TEST_CASE("min_tokens gives way where a mask leaves only the end") {
  slot_sampler s(vocab, vocab, 1);
  auto held = state(1);
  held->params.min_tokens = 8;
  held->params.end_token_ids = {7};
  s.open(0, held);
  token_mask mask(vocab);
  mask.allow(7);
  CHECK(s.sample(0, 0, row(1), &mask).id == 7);
  mask.allow(9);
  CHECK(s.sample(0, 1, row(1), &mask).id == 9);
}

TEST_CASE("log probabilities are of the model's own distribution, whatever the mask") {
  slot_sampler s(vocab, vocab, 2);
  auto asked = state(3);
  asked->params.logprobs = true;
  asked->params.top_logprobs = 3;
  s.open(0, asked);
  token_mask mask(vocab);
  mask.allow(11);
  const auto token = s.sample(0, 0, row(2), &mask);
  CHECK(token.id == 11);
  CHECK(token.logprob < 0.0f);
  s.open(1, asked);
  CHECK(s.sample(1, 0, row(2)).top[0].id == token.top[0].id);
}

} // namespace hadal::kernels
