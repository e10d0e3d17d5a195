// The executor of a real model over a backend that computes later, as a device does.
#include "kernels/cpu/queued/queued_backend.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "model/execution/deepseek_executor.hpp"
#include "model/execution/make_executor.hpp"
#include "model/execution/sample_and_wait.hpp"
#include "model/weights/expected/dummy_weights.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/model/deepseek/small_configs.hpp"
#include "tests/model/execution/executor_driver.hpp"

#include <future>

namespace hadal::model {

using namespace testing;

namespace {

executor_options small_options(const model_config& config, bool queued) {
  executor_options options;
  options.config = config;
  options.dummy_weights = true;
  options.dummy_seed = 5;
  options.queued = queued;
  options.threads = 2;
  options.page_count = 64;
  options.context_length = 512;
  options.slot_count = 16;
  options.max_step_tokens = 512;
  return options;
}

std::unique_ptr<step_executor> make(const executor_options& options) {
  auto made = make_executor(options);
  REQUIRE(made.has_value());
  return std::move(*made);
}

std::vector<driven_request> mixed_requests(const model_config& config) {
  kernels::testing::random_source source(11);
  const std::size_t lengths[] = {1, 70, 17, 64, 5, 33, 2, 90};
  std::vector<driven_request> requests(8);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    for (std::size_t t = 0; t < lengths[i]; ++t)
      requests[i].prompt.push_back(source.below(config.vocab_size));
    requests[i].output_tokens = 3 + i;
    requests[i].seed = i;
    requests[i].params.temperature = i % 3 == 0 ? 0.0f : 0.8f;
    requests[i].params.repetition_penalty = i % 4 == 0 ? 1.3f : 1.0f;
    requests[i].scored_from = static_cast<std::int32_t>(i % 3);
    requests[i].scored_top = 2;
  }
  return requests;
}

/// The k-th step of slot 0: a prompt of three tokens, then the token that the slot holds.
forward_batch step_of(std::uint64_t k) {
  forward_batch batch;
  batch.id = step_id{k + 1};
  sequence_extend e;
  e.cached_len = k == 0 ? 0 : static_cast<std::int32_t>(k + 2);
  e.extend_len = k == 0 ? 3 : 1;
  e.given_len = k == 0 ? 3 : 0;
  e.logit_rows = 1;
  if (k == 0) {
    batch.token_ids = {5, 6, 7};
    batch.grants = {{0, 0, page_id{3}}};
  }
  batch.sequences = {e};
  return batch;
}

sample_batch sample_of(std::uint64_t k) {
  sequence_sample sample;
  sample.output_index = static_cast<std::int32_t>(k);
  if (k == 0) {
    auto state = std::make_shared<slot_state>();
    state->params.temperature = 0.0f;
    state->prompt_ids = std::make_shared<const std::vector<token_id>>(3, 5);
    sample.open = state;
  }
  return {step_id{k + 1}, {sample}};
}

} // namespace

TEST_CASE("tokens and scores are those of the backend behind, chunks and preemption included") {
  for (const model_config& config : {plain_v2(), quantised(grouped_v2()), ragged_v3()}) {
    const auto requests = mixed_requests(config);
    auto plain = make(small_options(config, false));
    auto later = make(small_options(config, true));
    for (const std::int32_t chunk : {512, 40}) {
      executor_driver at_once(*plain, chunk);
      executor_driver queued(*later, chunk);
      CHECK(queued.run(requests, 5) == at_once.run(requests, 5));
      const auto want = at_once.scores();
      const auto got = queued.scores();
      REQUIRE(got.size() == want.size());
      for (std::size_t i = 0; i < want.size(); ++i) {
        REQUIRE(got[i].size() == want[i].size());
        for (std::size_t t = 0; t < want[i].size(); ++t)
          CHECK((got[i][t].id == want[i][t].id && got[i][t].logprob == want[i][t].logprob));
      }
    }
  }
}

TEST_CASE("a step is taken before the host has seen the tokens of the step before") {
  std::vector<std::vector<token_id>> outputs;
  for (const bool queued : {false, true}) {
    auto executor = make(small_options(plain_v2(), queued));
    std::vector<token_id> tokens;
    std::vector<std::promise<void>> done(6);
    for (std::uint64_t k = 0; k < done.size(); ++k) {
      if (k >= limits::steps_in_flight_max)
        done[k - limits::steps_in_flight_max].get_future().wait();
      REQUIRE(executor->forward(step_of(k)).has_value());
      executor->sample(sample_of(k), [&, k](result<sample_result> sampled) {
        tokens.push_back(sampled ? sampled->tokens.at(0).id : -1);
        done[k].set_value();
      });
    }
    executor.reset(); // waits for the last steps
    REQUIRE(tokens.size() == done.size());
    outputs.push_back(tokens);
  }
  CHECK(outputs[1] == outputs[0]);
}

TEST_CASE("a forward that was never sampled leaves no scores and no step behind") {
  for (const bool queued : {false, true}) {
    auto executor = make(small_options(plain_v2(), queued));
    forward_batch scored = step_of(0);
    scored.sequences[0].scored_begin = 1;
    scored.sequences[0].scored_end = 3;
    for (std::size_t i = 0; i <= limits::steps_in_flight_max; ++i) {
      REQUIRE(executor->forward(scored).has_value());
      REQUIRE(executor->forward(scored).has_value());
      const auto sampled = sample_and_wait(*executor, sample_of(0));
      REQUIRE(sampled.has_value());
      REQUIRE(sampled->scores.size() == 1);
      CHECK(sampled->scores[0].tokens.size() == 2);
    }
  }
}

TEST_CASE("a device that fails says so in the results of its step and of every later one") {
  auto oracle = kernels::make_scalar_backend({});
  REQUIRE(oracle.has_value());
  const model_config config = plain_v2();
  // A step has four verbs a layer and five more: the second step fails at its second verb.
  const auto fail_at = 4 * static_cast<std::uint64_t>(config.num_hidden_layers) + 7;
  auto model =
      deepseek_model::load(config, dummy_weights(config, 3),
                           std::make_unique<kernels::queued_backend>(
                               std::move(*oracle), kernels::queued_options{.fail_at = fail_at}),
                           {64, 4, 64, 4, 0}, 1, {});
  REQUIRE(model.has_value());
  auto sampler = (*model)->make_sampler(config.vocab_size);
  REQUIRE(sampler.has_value());
  deepseek_executor executor(std::move(*model), std::move(*sampler));
  for (std::uint64_t k = 0; k < 4; ++k) {
    REQUIRE(executor.forward(step_of(k)).has_value());
    const auto sampled = sample_and_wait(executor, sample_of(k));
    REQUIRE(sampled.has_value() == (k == 0));
    if (!sampled)
      CHECK(sampled.error().message == "verb " + std::to_string(fail_at) + " failed as told");
  }
}

} // namespace hadal::model
