// Whole models on both CPU backends, and on the vectorised one with other cuts into steps and other
// numbers of threads. Checkpoints: tests/fixtures/hf.
#include "tests/model/deepseek/model_runner.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

const char* const plain_folders[] = {"v2-noqlora", "v2-groups", "v3-yarn",
                                     "v3-ragged",  "v3-tied",   "v3-fused"};
const char* const float8_folders[] = {"fp8-v3", "fp8-ue8m0"};

std::vector<token_id> prompt_of(const golden_fixture& fixture) {
  return fixture.values<token_id>(fixture.has("ids") ? "ids" : "prompt.0.ids");
}

model_runner make(const golden_fixture& fixture, backend_maker backend, dtype compute,
                  fp8_compute fp8, bool deterministic, int threads = 2,
                  kernels::simd_isa isa = kernels::simd_isa::best) {
  auto options = backend_options_of(fixture.config, compute, fp8, deterministic);
  options.cpu.threads = threads;
  options.cpu.isa = isa;
  return {fixture.config, *fixture.weights, backend(options)};
}

/// The largest relative L2 distance between the two backends at any position.
double worst_position(const golden_fixture& fixture, dtype compute, fp8_compute fp8,
                      bool deterministic, kernels::simd_isa isa) {
  const auto tokens = prompt_of(fixture);
  const logit_rows want = make(fixture, scalar, compute, fp8, deterministic).run(0, tokens);
  const logit_rows got =
      make(fixture, vectorised, compute, fp8, deterministic, 2, isa).run(0, tokens);
  REQUIRE((want.size() == tokens.size() && got.size() == tokens.size()));
  double worst = 0.0;
  for (std::size_t r = 0; r < want.size(); ++r) {
    const double distance = relative_l2(got[r], want[r]);
    worst = distance <= worst ? worst : distance; // keeps NaN
  }
  return worst;
}

/// Tokens of one of `count` sequences, 1 to 130 long, cut from the prompt.
std::vector<token_id> part_of(const std::vector<token_id>& prompt, std::size_t index) {
  const std::size_t length = 1 + index * 37 % std::min<std::size_t>(130, prompt.size());
  const std::size_t begin = index * 11 % (prompt.size() - length + 1);
  return {prompt.begin() + static_cast<std::ptrdiff_t>(begin),
          prompt.begin() + static_cast<std::ptrdiff_t>(begin + length)};
}

} // namespace

TEST_CASE("every position's logits are the oracle's: 1e-5 in float32, 2e-2 in bfloat16") {
  const bool deterministic = GENERATE(false, true);
  const auto isa = GENERATE(from_range(kernels::usable_simd()));
  for (const char* folder : plain_folders) {
    const golden_fixture fixture(folder);
    INFO(folder << " " << to_string(isa) << " deterministic " << deterministic);
    CHECK(worst_position(fixture, dtype::float32, fp8_compute::w8a8, deterministic, isa) < 1e-5);
    CHECK(worst_position(fixture, dtype::bfloat16, fp8_compute::w8a8, deterministic, isa) < 2e-2);
  }
  for (const char* folder : float8_folders) {
    const golden_fixture fixture(folder);
    INFO(folder << " " << to_string(isa) << " weight-only, deterministic " << deterministic);
    CHECK(worst_position(fixture, dtype::float32, fp8_compute::weight_only, deterministic, isa) <
          1e-5);
    CHECK(worst_position(fixture, dtype::bfloat16, fp8_compute::weight_only, deterministic, isa) <
          2e-2);
  }
}

TEST_CASE(
    "with quantised activations both backends choose the same token where the lead is clear") {
  const auto isa = GENERATE(from_range(kernels::usable_simd()));
  for (const char* folder : float8_folders)
    for (const dtype compute : {dtype::float32, dtype::bfloat16}) {
      const golden_fixture fixture(folder);
      const auto tokens = prompt_of(fixture);
      const logit_rows want =
          make(fixture, scalar, compute, fp8_compute::w8a8, false).run(0, tokens);
      const logit_rows got =
          make(fixture, vectorised, compute, fp8_compute::w8a8, false, 2, isa).run(0, tokens);
      std::size_t clear = 0;
      std::size_t equal = 0;
      for (std::size_t r = 0; r < want.size(); ++r) {
        std::vector<float> sorted = want[r];
        std::partial_sort(sorted.begin(), sorted.begin() + 2, sorted.end(), std::greater<>());
        if (sorted[0] - sorted[1] <= 0.5f)
          continue;
        ++clear;
        equal += best(got[r]) == best(want[r]) ? 1 : 0;
      }
      INFO(folder << " " << to_string(isa) << " " << to_string(compute) << ": " << equal << " of "
                  << clear);
      REQUIRE(clear > 0);
      CHECK(equal * 100 >= clear * 97);
    }
}

TEST_CASE("one, two and three threads give the same bits") {
  const auto isa = GENERATE(from_range(kernels::usable_simd()));
  for (const char* folder : {"v2-groups", "v3-ragged", "fp8-v3"}) {
    const golden_fixture fixture(folder);
    const auto tokens = prompt_of(fixture);
    for (const bool deterministic : {false, true}) {
      INFO(folder << " deterministic " << deterministic);
      const auto run = [&](int threads) {
        return make(fixture, vectorised, dtype::bfloat16, fp8_compute::w8a8, deterministic, threads,
                    isa)
            .run(0, tokens);
      };
      const logit_rows one = run(1);
      CHECK(run(2) == one);
      CHECK(run(3) == one);
    }
  }
}

TEST_CASE(
    "deterministic: 16 sequences together give the bits of each alone, in chunks of any size") {
  const auto isa = GENERATE(from_range(kernels::usable_simd()));
  for (const char* folder : {"v2-noqlora", "v3-yarn", "v3-ragged", "fp8-v3", "fp8-ue8m0"}) {
    const golden_fixture fixture(folder);
    const auto prompt = prompt_of(fixture);
    model_runner alone =
        make(fixture, vectorised, dtype::bfloat16, fp8_compute::w8a8, true, 2, isa);
    std::vector<std::vector<token_id>> tokens;
    std::vector<logit_rows> want;
    for (std::size_t s = 0; s < 16; ++s) {
      tokens.push_back(part_of(prompt, s));
      want.push_back(alone.run(static_cast<int>(s), tokens.back()));
    }
    for (const std::size_t chunk : {1, 7, 64, 512}) {
      INFO(folder << " in chunks of " << chunk);
      model_runner together =
          make(fixture, vectorised, dtype::bfloat16, fp8_compute::w8a8, true, 2, isa);
      std::vector<logit_rows> got(16);
      while (true) {
        std::vector<model_runner::extend> extends;
        std::size_t rows = 0;
        for (std::size_t s = 0; s < 16; ++s) {
          const std::size_t begin = got[s].size();
          const std::size_t end = std::min(begin + chunk, tokens[s].size());
          if (begin == end || rows + end - begin > 512)
            continue;
          rows += end - begin;
          extends.push_back({static_cast<int>(s),
                             {tokens[s].begin() + static_cast<std::ptrdiff_t>(begin),
                              tokens[s].begin() + static_cast<std::ptrdiff_t>(end)}});
        }
        if (extends.empty())
          break;
        const logit_rows logits = together.step(extends);
        std::size_t row = 0;
        for (const auto& extend : extends)
          for (std::size_t i = 0; i < extend.tokens.size(); ++i)
            got[static_cast<std::size_t>(extend.sequence)].push_back(logits[row++]);
      }
      CHECK(got == want);
    }
  }
}

} // namespace hadal::model
