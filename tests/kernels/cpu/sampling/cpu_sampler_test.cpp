#include "kernels/cpu/sampling/cpu_sampler.hpp"

#include "kernels/cpu/sampling/logprobs.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/support/catch.hpp"

#include <limits>

namespace hadal::kernels {

using testing::matrix;

namespace {

slot_state_ptr greedy(std::vector<token_id> output = {}) {
  auto state = std::make_shared<slot_state>();
  state->params.temperature = 0.0f;
  state->output_ids = std::move(output);
  return state;
}

} // namespace

TEST_CASE("rows are sampled for the slots that name them, in the order of the batch") {
  std::vector<token_id> tokens;
  cpu_sampler sampler({3, 3, 4}, tokens);
  CHECK(tokens == std::vector<token_id>(4, -1));
  const matrix logits(2, 3, {1, 5, 2, 9, 0, 3});
  std::vector<sampled_run> runs;
  std::vector<sampled_token> out;
  const std::vector<sequence_sample> rows = {{3, 1, 0, greedy(), {}}, {1, 0, 0, greedy(), {}}};
  sampler.sample(logits.view(), rows, runs, out);
  REQUIRE(out.size() == 2);
  CHECK((runs[0].slot == 3 && runs[0].token_begin == 0 && out[0].id == 0));
  CHECK((runs[1].slot == 1 && runs[1].token_begin == 1 && out[1].id == 1));
  CHECK(tokens == std::vector<token_id>{-1, 1, -1, 0});
}

TEST_CASE("a slot stays open for later rows, and results are appended") {
  std::vector<token_id> tokens;
  cpu_sampler sampler({3, 3, 1}, tokens);
  const matrix logits(2, 3, {1, 5, 2, 9, 0, 3});
  std::vector<sampled_run> runs;
  std::vector<sampled_token> out;
  sampler.sample(logits.view(), std::vector<sequence_sample>{{0, 0, 0, greedy(), {}}}, runs, out);
  sampler.sample(logits.view(), std::vector<sequence_sample>{{0, 1, 1, nullptr, {}}}, runs, out);
  REQUIRE(out.size() == 2);
  CHECK((out[0].id == 1 && out[1].id == 0));
  CHECK(tokens[0] == 0);
}

TEST_CASE("a mask belongs to its row alone") {
  std::vector<token_id> tokens;
  cpu_sampler sampler({3, 3, 2}, tokens);
  const matrix logits(1, 3, {1, 5, 2});
  auto mask = std::make_shared<token_mask>(3);
  mask->allow(0);
  std::vector<sampled_run> runs;
  std::vector<sampled_token> out;
  const std::vector<sequence_sample> rows = {{0, 0, 0, greedy(), {mask}}, {1, 0, 0, greedy(), {}}};
  sampler.sample(logits.view(), rows, runs, out);
  CHECK((out[0].id == 0 && out[1].id == 1));
}

TEST_CASE("scores go to the sequence that each row names") {
  std::vector<token_id> tokens;
  cpu_sampler sampler({3, 3, 1}, tokens);
  const matrix logits(2, 3, {1, 5, 2, 9, 0, 3});
  std::vector<prompt_scores> out(2);
  const std::vector<scored_row> rows = {{0, 2, 1, 1}, {1, 1, 0, 0}, {1, 0, 0, 1}};
  sampler.score(logits.view(), rows, out);
  REQUIRE((out[0].tokens.size() == 1 && out[1].tokens.size() == 2));
  CHECK((out[1].tokens[0].id == 2 && out[1].tokens[0].top.at(0).id == 1));
  CHECK(out[0].tokens[0].logprob == score_token(std::vector<float>{9, 0, 3}, 1, 0).logprob);
  CHECK((out[1].tokens[1].id == 0 && out[1].tokens[1].top.empty()));
}

TEST_CASE("a row that is no distribution fails the scores of its sequence, not those of others") {
  std::vector<token_id> tokens;
  cpu_sampler sampler({2, 2, 1}, tokens);
  const matrix logits(2, 2, {std::numeric_limits<float>::quiet_NaN(), 0, 1, 2});
  std::vector<prompt_scores> out(2);
  const std::vector<scored_row> rows = {{0, 1, 0, 0}, {1, 1, 0, 0}, {1, 1, 0, 1}};
  sampler.score(logits.view(), rows, out);
  CHECK((out[0].nonfinite && !out[1].nonfinite));
  CHECK(out[1].tokens.size() == 1);
}

} // namespace hadal::kernels
