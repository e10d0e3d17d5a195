// The default model, weight-only, on the vectorised backends against the oracle: every position of
// every prompt. Each backend chooses its own experts; activations are float32 in both dtypes
// (kernels/ops/backend.hpp), so their rounding decides no near tie of a router.
#include "tests/model/deepseek/model_runner.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

TEST_CASE("the default model has the oracle's logits at every position: 1e-5 in float32, 2e-2 in "
          "bfloat16") {
  const auto [compute, bound] =
      GENERATE(std::pair(dtype::float32, 1e-5), std::pair(dtype::bfloat16, 2e-2));
  std::size_t positions = 0;
  for (int prompt = 0; prompt < default_model_prompts; ++prompt) {
    const auto tokens = default_model_prompt(prompt);
    const auto run = [&](backend_maker make, kernels::simd_isa isa) {
      auto options =
          backend_options_of(default_model().config, compute, fp8_compute::weight_only, false);
      options.cpu.isa = isa;
      return model_runner(default_model().config, *default_model().weights, make(options))
          .run(0, tokens);
    };
    const logit_rows want = run(scalar, kernels::simd_isa::best);
    for (const kernels::simd_isa isa : kernels::usable_simd()) {
      const logit_rows got = run(vectorised, isa);
      REQUIRE((got.size() == tokens.size() && want.size() == tokens.size()));
      for (std::size_t r = 0; r < got.size(); ++r) {
        INFO(to_string(isa) << " " << to_string(compute) << " prompt " << prompt << " position "
                            << r);
        CHECK(relative_l2(got[r], want[r]) < bound);
      }
    }
    positions += tokens.size();
  }
  CHECK(positions == 399);
}

} // namespace hadal::model
