#include "model/execution/null_executor.hpp"
#include "model/execution/sample_and_wait.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <map>

namespace hadal::model {

namespace {

executor_info small_info() {
  executor_info info;
  info.vocab_size = 100;
  info.context_length = 64;
  info.page_count = 8;
  info.slot_count = 4;
  info.max_step_tokens = 32;
  return info;
}

token_id sample_one(null_executor& executor, std::uint64_t step, std::uint32_t slot,
                    std::int32_t output_index, slot_state_ptr open = nullptr,
                    std::vector<kernels::token_mask_ptr> masks = {}) {
  forward_batch batch;
  batch.id = step_id{step};
  REQUIRE(executor.forward(batch).has_value());
  auto sampled = sample_and_wait(
      executor, {batch.id, {{slot, 0, output_index, std::move(open), std::move(masks)}}});
  REQUIRE(sampled.has_value());
  REQUIRE(sampled->tokens.size() == 1);
  CHECK(sampled->id == batch.id);
  CHECK(sampled->runs.at(0).slot == slot);
  return sampled->tokens[0].id;
}

slot_state_ptr with_seed(std::uint64_t seed) {
  auto state = std::make_shared<slot_state>();
  state->seed = seed;
  return state;
}

} // namespace

TEST_CASE("null tokens follow from seed and position, whatever slot and step") {
  null_executor a(small_info(), {});
  null_executor b(small_info(), {});
  for (std::int32_t i = 0; i < 50; ++i) {
    const auto step = static_cast<std::uint64_t>(i);
    CHECK(sample_one(a, step, 1, i, i == 0 ? with_seed(7) : nullptr) ==
          sample_one(b, step + 100, 3, i, with_seed(7)));
  }
}

TEST_CASE("null tokens spread over exactly the tokens that were given") {
  null_executor executor(small_info(), {11, 22, 33});
  std::map<token_id, int> counts;
  for (std::int32_t i = 0; i < 300; ++i)
    ++counts[sample_one(executor, 1, 0, i, with_seed(3))];
  CHECK(counts.size() == 3);
  for (const auto& [id, count] : counts)
    CHECK((id % 11 == 0 && count > 60));
}

TEST_CASE("null tokens are those that a mask allows, of the tokens that were given where one is") {
  null_executor executor(small_info(), {11, 22, 33});
  auto mask = std::make_shared<kernels::token_mask>(100);
  for (const token_id id : {12, 22, 33})
    mask->allow(id);
  std::map<token_id, int> counts;
  for (std::int32_t i = 0; i < 100; ++i)
    ++counts[sample_one(executor, 1, 0, i, with_seed(3), {mask})];
  CHECK(counts[22] + counts[33] == 100);
  CHECK(counts.size() == 2);
  auto other = std::make_shared<kernels::token_mask>(100);
  other->allow(12);
  CHECK(sample_one(executor, 1, 0, 0, with_seed(3), {other}) == 12);
}

TEST_CASE("null logprobs are those of a uniform choice, as many as asked for") {
  null_executor executor(small_info(), {1, 2, 3, 4});
  auto state = std::make_shared<slot_state>();
  state->params.logprobs = true;
  state->params.top_logprobs = 3;
  REQUIRE(executor.forward({}).has_value());
  auto sampled = sample_and_wait(executor, {step_id{}, {{0, 0, 0, state, {}}}});
  REQUIRE(sampled.has_value());
  const sampled_token& token = sampled->tokens[0];
  CHECK(token.logprob == Approx(-std::log(4.0)));
  REQUIRE(token.top.size() == 3);
  CHECK(token.top[0].id == token.id);
  CHECK(token.top[1].id != token.top[2].id);
}

TEST_CASE("null scores of a prompt are those of a uniform choice, one for every token asked for") {
  null_executor executor(small_info(), {1, 2, 3, 4});
  forward_batch batch;
  batch.token_ids = {9, 8, 7};
  sequence_extend e;
  e.slot = 2;
  e.cached_len = 10;
  e.extend_len = 3;
  e.given_len = 3;
  e.scored_begin = 12;
  e.scored_end = 14;
  e.scored_top = 2;
  e.next_token = 6;
  batch.sequences = {e};
  REQUIRE(executor.forward(batch).has_value());
  auto sampled = sample_and_wait(executor, {step_id{}, {}});
  REQUIRE(sampled.has_value());
  REQUIRE(sampled->scores.size() == 1);
  CHECK(sampled->scores[0].slot == 2);
  const auto& tokens = sampled->scores[0].tokens;
  REQUIRE(tokens.size() == 2);
  CHECK((tokens[0].id == 7 && tokens[1].id == 6));
  CHECK(*tokens[1].logprob == Approx(-std::log(4.0)));
  CHECK(tokens[0].top.size() == 2);
}

} // namespace hadal::model
