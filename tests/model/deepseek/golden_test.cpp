// Against transformers: tests/fixtures/hf/README.md says what the tensors are.
#include "tests/model/deepseek/model_runner.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

const char* const folders[] = {"v2-noqlora", "v2-groups", "v3-yarn",
                               "v3-ragged",  "v3-tied",   "v3-fused"};

model_runner make(const golden_fixture& fixture, backend_maker backend, dtype compute,
                  bool deterministic) {
  return {fixture.config, *fixture.weights,
          backend(backend_options_of(fixture.config, compute, fp8_compute::w8a8, deterministic))};
}

std::vector<token_id> continued(const golden_fixture& fixture, int prompt) {
  auto tokens = fixture.values<token_id>(fmt::format("prompt.{}.ids", prompt));
  const auto more = fixture.values<token_id>(fmt::format("prompt.{}.continuation", prompt));
  tokens.insert(tokens.end(), more.begin(), more.end() - 1);
  return tokens;
}

/// Relative L2 distance of each position, in ascending order.
std::vector<double> distances(const logit_rows& a, const logit_rows& b) {
  std::vector<double> sorted;
  for (std::size_t r = 0; r < a.size(); ++r)
    sorted.push_back(relative_l2(a[r], b[r]));
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

} // namespace

TEST_CASE("logits in float32 are those of transformers within 1e-4 at every position") {
  const auto [name, backend] = GENERATE(from_range(cpu_backends));
  for (const char* folder : folders) {
    const golden_fixture fixture(folder);
    for (const bool deterministic : {false, true}) {
      model_runner runner = make(fixture, backend, dtype::float32, deterministic);
      for (int prompt = 0; prompt < 3; ++prompt) {
        INFO(name << " " << folder << " prompt " << prompt << " deterministic " << deterministic);
        const auto logits = runner.run(prompt, continued(fixture, prompt));
        CHECK(largest_difference(logits, fixture.rows(fmt::format("prompt.{}.logits", prompt))) <
              1e-4);
      }
    }
  }
}

TEST_CASE("64 greedy tokens, one step each, are those of transformers") {
  const auto [name, backend] = GENERATE(from_range(cpu_backends));
  for (const char* folder : folders) {
    const golden_fixture fixture(folder);
    model_runner runner = make(fixture, backend, dtype::float32, false);
    for (int prompt = 0; prompt < 3; ++prompt) {
      INFO(name << " " << folder << " prompt " << prompt);
      const auto ids = fixture.values<token_id>(fmt::format("prompt.{}.ids", prompt));
      auto last = static_cast<token_id>(best(runner.run(prompt, ids).back()));
      std::vector<token_id> tokens = {last};
      while (tokens.size() < 64) {
        last = static_cast<token_id>(best(runner.step({{prompt, {last}}}).back()));
        tokens.push_back(last);
      }
      CHECK(tokens == fixture.values<token_id>(fmt::format("prompt.{}.continuation", prompt)));
    }
  }
}

TEST_CASE("in bfloat16 logits are no further from float32 than those of transformers") {
  // Random weights amplify every rounding, and a rounding may change the choice of an expert, so
  // the reference's own bfloat16 run says how much is allowed.
  const auto [name, backend] = GENERATE(from_range(cpu_backends));
  INFO(name);
  const golden_fixture fixture("v3-yarn");
  const auto exact = fixture.rows("prompt.0.logits");
  const auto reference = distances(fixture.rows("prompt.0.logits_bfloat16"), exact);
  for (const bool deterministic : {false, true}) {
    model_runner runner = make(fixture, backend, dtype::bfloat16, deterministic);
    const auto ours = distances(runner.run(0, continued(fixture, 0)), exact);
    REQUIRE(ours.size() == reference.size());
    CHECK(ours[ours.size() / 2] <= reference[reference.size() / 2]);
    CHECK(ours[ours.size() * 9 / 10] <= reference[reference.size() * 9 / 10]);
  }
}

} // namespace hadal::model
