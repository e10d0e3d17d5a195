#include "kernels/cpu/sampling/logit_adjuster.hpp"

#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>

namespace hadal::kernels {

namespace {

std::vector<float> adjust(const sampling_params& params, std::vector<float> logits,
                          const std::vector<token_id>& prompt = {},
                          const std::vector<token_id>& output = {}, std::int32_t index = 0) {
  token_history history;
  history.reset(prompt, output);
  adjust_logits(params, history, index, logits);
  return logits;
}

} // namespace

TEST_CASE("logit_bias is added to its tokens and ids beyond the row are passed over") {
  sampling_params params;
  params.logit_bias = {{1, 2.5f}, {0, -100.0f}, {7, 50.0f}};
  CHECK(adjust(params, {1, 1, 1}) == std::vector<float>{-99, 3.5f, 1});
}

TEST_CASE("the repetition penalty divides positive and multiplies negative logits of seen tokens") {
  sampling_params params;
  params.repetition_penalty = 2.0f;
  CHECK(adjust(params, {4, -4, 4, -4, 0}, {0, 1, 4}, {1}) == std::vector<float>{2, -8, 4, -4, 0});
}

TEST_CASE("frequency counts emissions and presence counts once, both over output alone") {
  sampling_params params;
  params.frequency_penalty = 0.5f;
  params.presence_penalty = 0.25f;
  CHECK(adjust(params, {1, 1, 1}, {0, 0, 0}, {1, 1, 1, 2}) ==
        std::vector<float>{1, 1 - 1.5f - 0.25f, 1 - 0.5f - 0.25f});
}

TEST_CASE("bias comes before the repetition penalty and that before the others") {
  sampling_params params;
  params.logit_bias = {{0, -3.0f}};
  params.repetition_penalty = 2.0f;
  params.presence_penalty = 1.0f;
  CHECK(adjust(params, {1.0f}, {}, {0}) == std::vector<float>{(1 - 3) * 2.0f - 1});
}

TEST_CASE("end tokens are masked until min_tokens have been emitted") {
  sampling_params params;
  params.min_tokens = 2;
  params.end_token_ids = {1, 99};
  params.logit_bias = {{1, 100.0f}};
  const float masked = -std::numeric_limits<float>::infinity();
  CHECK(adjust(params, {0, 0}, {}, {}, 1) == std::vector<float>{0, masked});
  CHECK(adjust(params, {0, 0}, {}, {}, 2) == std::vector<float>{0, 100});
}

TEST_CASE("a penalty close to zero does not make infinity") {
  sampling_params params;
  params.repetition_penalty = 1e-38f;
  CHECK(std::isfinite(adjust(params, {1000.0f}, {0})[0]));
}

TEST_CASE("a history and an adjustment are asked for only where they matter") {
  sampling_params params;
  CHECK_FALSE(needs_history(params));
  CHECK_FALSE(needs_adjustment(params, 0));
  params.min_tokens = 3;
  CHECK_FALSE(needs_adjustment(params, 0));
  params.end_token_ids = {1};
  CHECK(needs_adjustment(params, 2));
  CHECK_FALSE(needs_adjustment(params, 3));
  params.presence_penalty = -0.1f;
  CHECK((needs_history(params) && needs_adjustment(params, 3)));
}

} // namespace hadal::kernels
