#include "tests/kernels/cpu/queued/queued_tools.hpp"

#include <cmath>

namespace hadal::kernels {

using testing::get;
using testing::matrix;
using testing::put;
using testing::queued_oracle;
using testing::small_step;

TEST_CASE("the verb that is told to fail is the last: what comes after does not run") {
  const auto b = queued_oracle({.fail_at = 2});
  const tensor_view x = put(*b, matrix(1, 1, {1}));
  const tensor_view y = put(*b, matrix(1, 1, {10}));
  b->add(x, y);
  CHECK(get(*b, x).values() == std::vector<float>{11});
  b->add(x, y);
  float value = 0.0f;
  b->read(x, &value);
  const auto outcome = wait(*b);
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == error_code::internal);
  CHECK(outcome.error().message == "verb 2 failed as told");
  CHECK(std::isnan(value));
}

TEST_CASE("every when_done after a failure reports the first one, those before none") {
  std::vector<bool> good;
  {
    const auto b = queued_oracle({.fail_at = 1});
    const tensor_view x = put(*b, matrix(1, 1, {1}));
    const auto note = [&](const result<void>& outcome) { good.push_back(outcome.has_value()); };
    b->when_done(note);
    b->add(x, x);
    b->when_done(note);
    b->add(x, x);
    b->when_done(note);
  }
  CHECK(good == std::vector<bool>{true, false, false});
}

TEST_CASE("a step fails in its middle, and a sampler's list then stays empty") {
  const auto b = queued_oracle({.fail_at = 2});
  auto sampler = b->make_sampler({2, 2, 1});
  REQUIRE(sampler.has_value());
  const tensor_view x = put(*b, matrix(1, 2, {1, 5}));
  const small_step step({{0, 1}}, 64);
  for (int i = 0; i < 2; ++i)
    b->run_step(step.layout(), step_program{1}, [&](step_extent) { b->add(x, x); });
  std::vector<sampled_run> runs;
  std::vector<sampled_token> out;
  auto state = std::make_shared<slot_state>();
  (*sampler)->sample(x, std::vector<sequence_sample>{{0, 0, 0, state, {}}}, runs, out);
  CHECK_FALSE(wait(*b).has_value());
  CHECK((runs.empty() && out.empty()));
}

} // namespace hadal::kernels
