#include "model/execution/make_executor.hpp"

#include "tests/model/deepseek/small_configs.hpp"
#include "tests/model/execution/executor_driver.hpp"

namespace hadal::model {

using namespace testing;

namespace {

/// What the prompt of a request is scored with: any other bit of a logit is another score.
std::vector<float> scores_of(const std::string& fixture, bool weight_only) {
  executor_options options;
  options.directory = std::filesystem::path(HADAL_SOURCE_DIR) / "tests/fixtures/hf" / fixture;
  auto config = load_model_config(options.directory / "config.json");
  REQUIRE(config.has_value());
  options.config = *config;
  options.dtype = compute_dtype::bfloat16;
  options.fp8_compute = weight_only ? fp8_compute::weight_only : fp8_compute::w8a8;
  options.page_count = 4;
  options.slot_count = 1;
  options.max_step_tokens = 64;
  options.context_length = 64;
  options.threads = 1;
  auto made = make_executor(options);
  REQUIRE(made.has_value());
  executor_driver driver(**made, 64);
  driven_request request;
  request.prompt = {1, 5, 9, 2, 6, 3, 8, 7};
  request.output_tokens = 1;
  request.scored_from = 1;
  driver.run({request});
  std::vector<float> scores;
  const auto scored = driver.scores();
  for (const scored_token& token : scored.at(0))
    scores.push_back(token.logprob.value());
  REQUIRE(scores.size() == 7);
  return scores;
}

} // namespace

TEST_CASE("weight-only changes what an FP8 checkpoint computes and no other") {
  CHECK(scores_of("v3-yarn", true) == scores_of("v3-yarn", false));
  CHECK(scores_of("fp8-v3", true) != scores_of("fp8-v3", false));
}

} // namespace hadal::model
