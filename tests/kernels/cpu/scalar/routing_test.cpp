#include "kernels/cpu/scalar/routing.hpp"

#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>

namespace hadal::kernels {

namespace {

struct choice {
  std::vector<std::int32_t> ids;
  std::vector<float> weights;
};

choice choose(const routing_shape& shape, const std::vector<float>& logits,
              const std::vector<float>& bias = {}) {
  routing_scratch scratch;
  scratch.reserve(shape.experts);
  choice c{std::vector<std::int32_t>(static_cast<std::size_t>(shape.experts_per_token)),
           std::vector<float>(static_cast<std::size_t>(shape.experts_per_token))};
  choose_experts(shape, logits, bias, scratch, c.ids.data(), c.weights.data());
  return c;
}

const std::vector<float> worked_logits = {.5f, -1.f, 2.f, .1f, -.3f, 1.5f, 0.f, -2.f};
const std::vector<float> worked_bias = {0.f, .9f, -.6f, 0.f, .1f, -.2f, .3f, 0.f};

routing_shape noaux(std::int32_t groups, std::int32_t kept) {
  routing_shape shape;
  shape.method = routing_method::noaux_tc;
  shape.sigmoid = true;
  shape.experts = 8;
  shape.experts_per_token = 2;
  shape.groups = groups;
  shape.groups_kept = kept;
  shape.normalise = true;
  shape.scaling_factor = 2.5f;
  return shape;
}

} // namespace

TEST_CASE("noaux_tc ranks groups by their two largest biased scores and weighs without bias") {
  const choice c = choose(noaux(4, 2), worked_logits, worked_bias);
  REQUIRE(c.ids == std::vector<std::int32_t>{0, 1});
  CHECK(c.weights[0] == Approx(1.745734).margin(1e-6));
  CHECK(c.weights[1] == Approx(.754266).margin(1e-6));
}

TEST_CASE("noaux_tc with one group chooses among all experts") {
  const choice c = choose(noaux(1, 1), worked_logits, worked_bias);
  REQUIRE(c.ids == std::vector<std::int32_t>{1, 6});
  CHECK(c.weights[0] == Approx(.874389).margin(1e-6));
  CHECK(c.weights[1] == Approx(1.625611).margin(1e-6));
}

TEST_CASE("greedy softmax takes the largest probabilities as they are") {
  routing_shape shape;
  shape.experts = 8;
  shape.experts_per_token = 2;
  const choice c = choose(shape, worked_logits);
  REQUIRE(c.ids == std::vector<std::int32_t>{2, 5});
  CHECK(c.weights[0] == Approx(.438034).margin(1e-6));
  CHECK(c.weights[1] == Approx(.265681).margin(1e-6));
}

TEST_CASE("group_limited_greedy ranks groups by their largest score and drops the others") {
  routing_shape shape;
  shape.method = routing_method::group_limited_greedy;
  shape.experts = 8;
  shape.experts_per_token = 3;
  shape.groups = 4;
  shape.groups_kept = 2;
  shape.scaling_factor = 16.0f;
  // Groups {0,1} {2,3} {4,5} {6,7}: the best are {2,3} and {4,5}, though 0 beats 3 and 4.
  const choice c = choose(shape, worked_logits);
  REQUIRE(c.ids == std::vector<std::int32_t>{2, 3, 5});
  CHECK(c.weights[0] == Approx(16 * .438034).margin(1e-4));
  CHECK(c.weights[2] == Approx(16 * .265681).margin(1e-4));
}

TEST_CASE("an expert of a dropped group is not chosen even when every kept choice is negative") {
  routing_shape shape = noaux(4, 1);
  const std::vector<float> bias = {-5.f, -5.f, -9.f, -9.f, -9.f, -9.f, -9.f, -9.f};
  CHECK(choose(shape, worked_logits, bias).ids == std::vector<std::int32_t>{0, 1});
}

TEST_CASE("ties go to the lowest index, among groups and among experts") {
  CHECK(choose(noaux(4, 1), std::vector<float>(8, 0.25f), std::vector<float>(8, 0.0f)).ids ==
        std::vector<std::int32_t>{0, 1});
  routing_shape shape;
  shape.experts = 5;
  shape.experts_per_token = 2;
  CHECK(choose(shape, {1.f, 2.f, 2.f, 2.f, 0.f}).ids == std::vector<std::int32_t>{1, 2});
}

TEST_CASE("normalised weights sum to the scaling factor") {
  routing_shape shape = noaux(2, 1);
  shape.experts_per_token = 3;
  const choice c = choose(shape, worked_logits, worked_bias);
  CHECK(c.weights[0] + c.weights[1] + c.weights[2] == Approx(2.5).margin(1e-6));
}

TEST_CASE("a group of one expert ranks by that expert") {
  CHECK(choose(noaux(8, 2), worked_logits, worked_bias).ids == std::vector<std::int32_t>{1, 6});
}

TEST_CASE("logits that are not numbers still give valid experts") {
  const std::vector<float> logits(8, std::numeric_limits<float>::quiet_NaN());
  const choice c = choose(noaux(4, 2), logits, worked_bias);
  for (const std::int32_t id : c.ids)
    CHECK((id >= 0 && id < 8));
  CHECK(c.ids[0] != c.ids[1]);
  CHECK(std::isnan(c.weights[0]));
}

} // namespace hadal::kernels
