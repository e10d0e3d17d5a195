// The default model, weight-only, on the vectorised backends against the oracle, position by
// position. In bfloat16 a router may meet two experts whose values are nearer to each other than
// rounding is: which one wins is then chance, and everything after it differs. So there the
// oracle's choices are given to both, and a choice of its own that differs has to be such a tie.
#include "kernels/cpu/scalar/packed.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "kernels/cpu/simd/cpu_features.hpp"
#include "kernels/cpu/simd/kernel_table.hpp"
#include "kernels/cpu/simd/simd_backend.hpp"
#include "tests/model/deepseek/model_runner.hpp"

#include <algorithm>
#include <cmath>

namespace hadal::model {

using namespace testing;
using kernels::const_tensor_view;
using kernels::dtype;
using kernels::fp8_compute;
using kernels::tensor_view;

namespace {

kernels::backend_options options_of(dtype compute) {
  return backend_options_of(default_model().config, compute, fp8_compute::weight_only, false);
}

/// What the routers of one run chose, one record per MoE layer and row.
struct choice {
  std::vector<std::int32_t> ids;
  std::vector<float> weights;
  std::vector<double> values; // score + bias of every expert; of the oracle only
};

/// The oracle, writing its choices down.
class recording_oracle : public kernels::scalar_backend {
public:
  recording_oracle(const kernels::backend_options& options, std::vector<choice>& choices)
    : scalar_backend(options), choices_(choices) {}

  void route(const_tensor_view x, const kernels::packed_router& router, tensor_view ids,
             tensor_view weights) override {
    scalar_backend::route(x, router, ids, weights);
    const auto& gate = static_cast<const kernels::scalar_router&>(router);
    REQUIRE(gate.shape.sigmoid);
    for (std::int64_t r = 0; r < x.rows; ++r) {
      choice made;
      made.ids.assign(ids.row<std::int32_t>(r), ids.row<std::int32_t>(r) + ids.cols);
      made.weights.assign(weights.row<float>(r), weights.row<float>(r) + weights.cols);
      for (std::int64_t e = 0; e < gate.shape.experts; ++e) {
        double logit = 0.0;
        for (std::int64_t k = 0; k < x.cols; ++k)
          logit += static_cast<double>(x.row<float>(r)[k]) * gate.gate.row(e, nullptr)[k];
        made.values.push_back(1.0 / (1.0 + std::exp(-logit)) +
                              gate.bias[static_cast<std::size_t>(e)]);
      }
      choices_.push_back(std::move(made));
    }
  }

private:
  std::vector<choice>& choices_;
};

/// The vectorised backend, going on with the choices it is given; its own are written down.
class led_backend : public kernels::simd::simd_backend {
public:
  led_backend(const kernels::backend_options& options, const kernels::simd::kernel_table& table,
              const std::vector<choice>& given, std::vector<choice>& own)
    : simd_backend(options, table, kernels::numa_placement(2)), given_(given), own_(own) {}

  void route(const_tensor_view x, const kernels::packed_router& router, tensor_view ids,
             tensor_view weights) override {
    simd_backend::route(x, router, ids, weights);
    for (std::int64_t r = 0; r < x.rows; ++r) {
      std::int32_t* const to = ids.row<std::int32_t>(r);
      own_.push_back({{to, to + ids.cols}, {}, {}});
      REQUIRE(own_.size() <= given_.size());
      const choice& oracle = given_[own_.size() - 1];
      std::copy(oracle.ids.begin(), oracle.ids.end(), to);
      std::copy(oracle.weights.begin(), oracle.weights.end(), weights.row<float>(r));
    }
  }

private:
  const std::vector<choice>& given_;
  std::vector<choice>& own_;
};

/// How much less the worst expert that only `own` chose is worth to the oracle than the best that
/// only the oracle chose: 0 where both chose the same ones.
double lead(const choice& oracle, const choice& own) {
  double best = -INFINITY;
  double worst = INFINITY;
  for (const std::int32_t id : oracle.ids)
    if (std::find(own.ids.begin(), own.ids.end(), id) == own.ids.end())
      best = std::max(best, oracle.values[static_cast<std::size_t>(id)]);
  for (const std::int32_t id : own.ids)
    if (std::find(oracle.ids.begin(), oracle.ids.end(), id) == oracle.ids.end())
      worst = std::min(worst, oracle.values[static_cast<std::size_t>(id)]);
  return best == -INFINITY ? 0.0 : best - worst;
}

} // namespace

TEST_CASE("the default model in float32 has the oracle's logits at every position") {
  const auto isa = GENERATE(from_range(kernels::usable_simd()));
  for (int prompt = 0; prompt < default_model_prompts; ++prompt) {
    auto options = options_of(dtype::float32);
    options.isa = isa;
    const auto tokens = default_model_prompt(prompt);
    const auto want =
        model_runner(default_model().config, *default_model().weights, scalar(options))
            .run(0, tokens);
    const auto got =
        model_runner(default_model().config, *default_model().weights, vectorised(options))
            .run(0, tokens);
    REQUIRE(got.size() == tokens.size());
    for (std::size_t r = 0; r < got.size(); ++r) {
      INFO(to_string(isa) << " prompt " << prompt << " position " << r);
      CHECK(relative_l2(got[r], want[r]) < 1e-5);
    }
  }
}

TEST_CASE("the default model in bfloat16, with the oracle's experts, is within 2e-2 of the oracle "
          "at every position, or of float32 where the oracle itself is past that") {
  const auto isa = GENERATE(from_range(kernels::usable_simd()));
  const auto* table = kernels::simd::find_kernels(kernels::simd::detect_cpu_features(), isa);
  REQUIRE(table != nullptr);
  std::size_t positions = 0;
  std::size_t near_the_oracle = 0;
  std::size_t choices = 0;
  std::size_t ties = 0;
  for (int prompt = 0; prompt < default_model_prompts; ++prompt) {
    const auto tokens = default_model_prompt(prompt);
    std::vector<choice> given;
    std::vector<choice> own;
    const auto run = [&](std::unique_ptr<kernels::backend> made) {
      return model_runner(default_model().config, *default_model().weights, std::move(made))
          .run(0, tokens);
    };
    const auto options = options_of(dtype::bfloat16);
    const auto want = run(std::make_unique<recording_oracle>(options, given));
    const auto got = run(std::make_unique<led_backend>(options, *table, given, own));
    const auto exact = run(vectorised(options_of(dtype::float32)));
    for (std::size_t r = 0; r < got.size(); ++r) {
      INFO(to_string(isa) << " prompt " << prompt << " position " << r);
      const double from_oracle = relative_l2(got[r], want[r]);
      ++positions;
      near_the_oracle += from_oracle < 2e-2 ? 1 : 0;
      CHECK((from_oracle < 2e-2 || relative_l2(got[r], exact[r]) < 2e-2));
    }
    REQUIRE(own.size() == given.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
      const double ahead = lead(given[i], own[i]);
      INFO(to_string(isa) << " prompt " << prompt << " choice " << i);
      ++choices;
      ties += own[i].ids != given[i].ids ? 1 : 0;
      CHECK(ahead < 5e-3);
    }
  }
  INFO(near_the_oracle << " of " << positions << " positions, " << ties << " ties of " << choices);
  CHECK(near_the_oracle * 100 >= positions * 99);
  CHECK(ties * 100 <= choices);
}

} // namespace hadal::model
