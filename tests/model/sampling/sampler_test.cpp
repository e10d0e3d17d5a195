#include "model/sampling/sampler.hpp"

#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>
#include <map>

using namespace hadal;
using namespace hadal::model;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// Samples one token from a fresh slot.
sampled_token sample_once(const sampling_params& params, std::vector<float> logits,
                          std::uint64_t seed = 1, std::int32_t output_index = 0,
                          std::int32_t sampled_vocab = 0, slot_state state = {}) {
  sampler s(1, static_cast<std::int32_t>(logits.size()), sampled_vocab);
  state.params = params;
  state.seed = seed;
  s.open(0, state);
  sampled_token token;
  s.sample(0, output_index, logits, token);
  return token;
}

/// How often each token comes out over many positions of one stream.
std::map<token_id, int> histogram(const sampling_params& params, const std::vector<float>& logits,
                                  int draws = 20'000) {
  sampler s(1, static_cast<std::int32_t>(logits.size()), 0);
  slot_state state;
  state.params = params;
  state.seed = 99;
  s.open(0, state);
  std::map<token_id, int> counts;
  for (int i = 0; i < draws; ++i) {
    auto row = logits;
    sampled_token token;
    s.sample(0, i, row, token);
    ++counts[token.id];
  }
  return counts;
}

std::vector<float> logs(std::vector<double> probabilities) {
  std::vector<float> logits;
  for (double p : probabilities)
    logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

double chi_square(const std::map<token_id, int>& counts, const std::vector<double>& expected,
                  int draws = 20'000) {
  double sum = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    auto found = counts.find(static_cast<token_id>(i));
    double seen = found == counts.end() ? 0 : found->second;
    double want = expected[i] * draws;
    if (want == 0) {
      if (seen > 0)
        return infinity;
      continue;
    }
    sum += (seen - want) * (seen - want) / want;
  }
  return sum;
}

constexpr double one_in_ten_thousand_4df = 23.5; // chi-square bound for up to 4 degrees of freedom

} // namespace

TEST_CASE("temperature 0 takes the largest logit, the lowest id of equals") {
  sampling_params greedy;
  greedy.temperature = 0;
  CHECK(sample_once(greedy, {1, 3, 3, 2}).id == 1);
}

TEST_CASE("draws follow the softmax of the logits") {
  std::vector<double> p{0.5, 0.25, 0.15, 0.1};
  CHECK(chi_square(histogram({}, logs(p)), p) < one_in_ten_thousand_4df);
}

TEST_CASE("temperature sharpens and flattens") {
  sampling_params params;
  params.temperature = 2;
  auto z = std::sqrt(0.8) + std::sqrt(0.2);
  CHECK(chi_square(histogram(params, logs({0.8, 0.2})), {std::sqrt(0.8) / z, std::sqrt(0.2) / z}) <
        one_in_ten_thousand_4df);
}

TEST_CASE("top-k keeps the k most likely, the lowest ids of equals") {
  sampling_params params;
  params.top_k = 2;
  CHECK(chi_square(histogram(params, logs({0.2, 0.4, 0.2, 0.2})), {1 / 3., 2 / 3., 0, 0}) <
        one_in_ten_thousand_4df);
}

TEST_CASE("top-p keeps the smallest set with that mass") {
  sampling_params params;
  params.top_p = 0.7f;
  CHECK(chi_square(histogram(params, logs({0.1, 0.5, 0.25, 0.15})), {0, 2 / 3., 1 / 3., 0}) <
        one_in_ten_thousand_4df);
}

TEST_CASE("top-p keeps one token at least") {
  sampling_params params;
  params.top_p = 1e-6f;
  auto counts = histogram(params, logs({0.4, 0.6}), 500);
  CHECK(counts == std::map<token_id, int>{{1, 500}});
}

TEST_CASE("top-p is a share of what top-k left") {
  sampling_params params;
  params.top_k = 2;
  params.top_p = 0.6f; // 0.4 of 0.6 is 2/3: the first alone is enough
  auto counts = histogram(params, logs({0.4, 0.2, 0.2, 0.2}), 500);
  CHECK(counts == std::map<token_id, int>{{0, 500}});
}

TEST_CASE("min-p drops what is far less likely than the most likely token") {
  sampling_params params;
  params.min_p = 0.5f;
  CHECK(chi_square(histogram(params, logs({0.4, 0.25, 0.15, 0.2 - 0.001, 0.001})),
                   {0.4 / 0.65, 0.25 / 0.65, 0, 0, 0}) < one_in_ten_thousand_4df);
}

TEST_CASE("top-p over a flat distribution of many tokens keeps its share of them") {
  std::vector<float> flat(5000, 0.0f);
  sampling_params params;
  params.top_p = 0.5f;
  for (const auto& [id, count] : histogram(params, flat, 3000))
    CHECK(id < 2501);
}

TEST_CASE("a draw depends on seed and position alone") {
  auto logits = logs({0.3, 0.3, 0.2, 0.2});
  for (std::int32_t i = 0; i < 50; ++i)
    CHECK(sample_once({}, logits, 5, i).id == sample_once({}, logits, 5, i).id);
  int different = 0;
  for (std::int32_t i = 0; i < 50; ++i)
    different += sample_once({}, logits, 5, i).id != sample_once({}, logits, 6, i).id;
  CHECK(different > 10);
}

TEST_CASE("rows without a vocabulary entry are never chosen but are part of the distribution") {
  sampling_params params;
  params.temperature = 0;
  params.logprobs = true;
  auto token = sample_once(params, logs({0.2, 0.1, 0.7}), 1, 0, 2);
  CHECK(token.id == 0);
  CHECK(token.logprob == Approx(std::log(0.2)));
}

TEST_CASE("end tokens are not chosen before min_tokens") {
  sampling_params params;
  params.temperature = 0;
  params.min_tokens = 3;
  params.end_token_ids = {2};
  auto logits = logs({0.1, 0.2, 0.7});
  CHECK(sample_once(params, logits, 1, 0).id == 1);
  CHECK(sample_once(params, logits, 1, 2).id == 1);
  CHECK(sample_once(params, logits, 1, 3).id == 2);
}

TEST_CASE("logit_bias is added, also to make a token impossible") {
  sampling_params params;
  params.temperature = 0;
  params.logit_bias = {{0, 5.0f}};
  CHECK(sample_once(params, {1, 3}).id == 0);
  params.logit_bias = {{1, -100.0f}};
  CHECK(sample_once(params, {1, 3}).id == 0);
}

TEST_CASE("frequency penalty counts, presence penalty does not") {
  sampling_params params;
  params.temperature = 0;
  slot_state state;
  state.output_ids = {1, 1, 1, 2};
  params.frequency_penalty = 0.5f;
  CHECK(sample_once(params, {1.0f, 2.4f, 1.4f}, 1, 4, 0, state).id == 0); // 1, 0.9, 0.9
  params.frequency_penalty = 0;
  params.presence_penalty = 0.5f;
  CHECK(sample_once(params, {1.0f, 2.4f, 1.4f}, 1, 4, 0, state).id == 1); // 1, 1.9, 0.9
}

TEST_CASE("repetition penalty divides what is above zero and multiplies what is below") {
  sampling_params params;
  params.temperature = 0;
  params.repetition_penalty = 2;
  slot_state state;
  state.prompt_ids = {0};
  CHECK(sample_once(params, {3, 2}, 1, 0, 0, state).id == 1);      // 1.5 and 2
  CHECK(sample_once(params, {-1, -1.5f}, 1, 0, 0, state).id == 1); // -2 and -1.5
  state = {};
  state.output_ids = {0};
  CHECK(sample_once(params, {3, 2}, 1, 1, 0, state).id == 1);
}

TEST_CASE("sampled tokens are counted for the next one") {
  sampler s(1, 2, 0);
  slot_state state;
  state.params.temperature = 0;
  state.params.frequency_penalty = 1;
  s.open(0, state);
  std::vector<token_id> ids;
  for (std::int32_t i = 0; i < 4; ++i) {
    std::vector<float> logits{1.5f, 1.0f};
    sampled_token token;
    s.sample(0, i, logits, token);
    ids.push_back(token.id);
  }
  CHECK(ids == std::vector<token_id>{0, 1, 0, 1});
}

TEST_CASE("log probabilities are the model's own, before temperature, penalties and bias") {
  sampling_params params;
  params.temperature = 0;
  params.logprobs = true;
  params.top_logprobs = 2;
  params.logit_bias = {{2, 100.0f}};
  auto token = sample_once(params, logs({0.5, 0.3, 0.2}));
  CHECK(token.id == 2);
  CHECK(token.logprob == Approx(std::log(0.2)));
  REQUIRE(token.top.size() == 2);
  CHECK(token.top[0].id == 0);
  CHECK(token.top[0].logprob == Approx(std::log(0.5)));
  CHECK(token.top[1].id == 1);
}

TEST_CASE("top log probabilities are best first, the lowest id of equals") {
  sampling_params params;
  params.logprobs = true;
  params.top_logprobs = 3;
  auto token = sample_once(params, {1, 2, 2, 0, 2, 2});
  REQUIRE(token.top.size() == 3);
  CHECK(token.top[0].id == 1);
  CHECK(token.top[1].id == 2);
  CHECK(token.top[2].id == 4);
}

TEST_CASE("logits that are not finite are reported and nothing is chosen") {
  CHECK(sample_once({}, {1, std::nanf(""), 2}).nonfinite);
  CHECK(sample_once({}, {1, infinity, 2}).nonfinite);
  CHECK(sample_once({}, {-infinity, -infinity}).nonfinite);
  CHECK_FALSE(sample_once({}, {1, -infinity}).nonfinite);
}
