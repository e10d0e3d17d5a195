#include "kernels/cpu/sampling/logprobs.hpp"

#include "kernels/cpu/sampling/random_stream.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace hadal::kernels {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

} // namespace

TEST_CASE("logprobs of a row sum to one and keep their order") {
  const std::vector<float> logits = {1.0f, 3.0f, -infinity, 2.0f};
  const double sum = log_sum_exp(logits, 3.0f);
  CHECK(sum == Approx(std::log(std::exp(1.0) + std::exp(3.0) + std::exp(2.0))).margin(4e-7));
  const auto top = top_logprobs(logits, sum, 3);
  REQUIRE(top.size() == 3);
  CHECK((top[0].id == 1 && top[1].id == 3 && top[2].id == 0));
  CHECK(top[0].logprob == Approx(3.0 - sum));
}

TEST_CASE("the sum of a whole vocabulary's exponentials is near the one in double") {
  for (const double width : {0.1, 4.0, 40.0, 400.0}) {
    std::vector<float> logits;
    for (std::uint64_t i = 0; i < 129'281; ++i)
      logits.push_back(static_cast<float>((uniform_draw(5, i) - 0.5) * width));
    const float largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0.0;
    for (const float logit : logits)
      sum += std::exp(static_cast<double>(logit) - largest);
    INFO("width " << width);
    CHECK(std::fabs(log_sum_exp(logits, largest) - (largest + std::log(sum))) < 4e-7);
  }
}

TEST_CASE("large logits do not overflow") {
  const std::vector<float> logits = {1e6f, 1e6f};
  CHECK(top_logprobs(logits, log_sum_exp(logits, 1e6f), 1)[0].logprob ==
        Approx(-std::log(2.0)).margin(1e-6));
}

TEST_CASE("equal logits are listed by ascending id and the list is as long as asked") {
  const std::vector<float> logits = {1, 2, 2, 1, 2, 1};
  const auto top = top_logprobs(logits, log_sum_exp(logits, 2.0f), 4);
  REQUIRE(top.size() == 4);
  CHECK((top[0].id == 1 && top[1].id == 2 && top[2].id == 4 && top[3].id == 0));
  CHECK(top_logprobs(logits, 0.0, 0).empty());
  CHECK(top_logprobs(logits, 0.0, 20).size() == 6);
}

} // namespace hadal::kernels
