#include "kernels/cpu/queued/queued_sampler.hpp"

#include "tests/kernels/cpu/queued/queued_tools.hpp"

namespace hadal::kernels {

using testing::gate;
using testing::get;
using testing::in_step;
using testing::matrix;
using testing::put;
using testing::queued_oracle;
using testing::small_step;
using testing::space;

namespace {

slot_state_ptr greedy() {
  auto state = std::make_shared<slot_state>();
  state->params.temperature = 0.0f;
  return state;
}

} // namespace

TEST_CASE("rows are copied, and a list is filled when the step before it has run") {
  const auto b = queued_oracle();
  auto sampler = b->make_sampler({3, 3, 2});
  REQUIRE(sampler.has_value());
  const tensor_view logits = space(*b, 2, 3);
  gate closed(*b);
  const matrix values(2, 3, {1, 5, 2, 9, 0, 3});
  b->write(logits, values.values().data());
  std::vector<sequence_sample> rows = {{1, 0, 0, greedy(), {}}, {0, 1, 0, greedy(), {}}};
  std::vector<sampled_run> runs;
  std::vector<sampled_token> tokens;
  (*sampler)->sample(logits, rows, runs, tokens);
  rows.clear();
  std::vector<scored_row> scored = {{1, 2, 1, 0}};
  std::vector<prompt_scores> scores(1);
  (*sampler)->score(logits, scored, scores);
  scored.clear();
  CHECK((tokens.empty() && scores[0].tokens.empty()));
  closed.open();
  REQUIRE(wait(*b).has_value());
  REQUIRE(tokens.size() == 2);
  CHECK((runs.at(0).slot == 1 && tokens[0].id == 1));
  CHECK((runs.at(1).slot == 0 && tokens[1].id == 0));
  REQUIRE(scores[0].tokens.size() == 1);
  CHECK((scores[0].tokens[0].id == 2 && scores[0].tokens[0].top.at(0).id == 0));
}

TEST_CASE("the step after may name a token by its slot before the host has seen it") {
  const auto b = queued_oracle();
  auto sampler = b->make_sampler({3, 3, 4});
  auto table = b->pack_embedding(matrix(3, 1, {10, 20, 30}).raw());
  REQUIRE((sampler.has_value() && table.has_value()));
  const tensor_view logits = put(*b, matrix(2, 3, {1, 5, 2, 0, 0, 3}));
  const tensor_view out = space(*b, 3, 1);
  std::vector<sampled_run> runs;
  std::vector<sampled_token> tokens;
  gate closed(*b);
  const std::vector<sequence_sample> rows = {{3, 0, 0, greedy(), {}}, {1, 1, 0, greedy(), {}}};
  (*sampler)->sample(logits, rows, runs, tokens);
  small_step step({{0, 3}}, 64);
  step.ids() = {~token_id{1}, 0, ~token_id{3}};
  in_step(*b, step.layout(), [&] { b->embed(**table, out); });
  CHECK(tokens.empty());
  closed.open();
  CHECK(get(*b, out).values() == std::vector<float>{30, 10, 20});
}

TEST_CASE("a sampler may be gone before its last rows are sampled") {
  const auto b = queued_oracle();
  auto sampler = b->make_sampler({2, 2, 1});
  REQUIRE(sampler.has_value());
  const tensor_view logits = put(*b, matrix(1, 2, {1, 5}));
  std::vector<sampled_run> runs;
  std::vector<sampled_token> tokens;
  gate closed(*b);
  (*sampler)->sample(logits, std::vector<sequence_sample>{{0, 0, 0, greedy(), {}}}, runs, tokens);
  sampler->reset();
  closed.open();
  REQUIRE(wait(*b).has_value());
  CHECK(tokens.at(0).id == 1);
}

} // namespace hadal::kernels
