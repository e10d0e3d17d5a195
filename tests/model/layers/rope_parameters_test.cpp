#include "model/layers/rope_parameters.hpp"

#include "tests/support/catch.hpp"

#include <cmath>

namespace hadal::model {

namespace {

model_config v3_rope() {
  model_config config;
  config.qk_nope_head_dim = 128;
  config.qk_rope_head_dim = 64;
  config.rope_theta = 10000.0;
  return config;
}

rope_scaling_config yarn(double factor, double mscale, double mscale_all_dim) {
  rope_scaling_config scaling;
  scaling.factor = factor;
  scaling.original_max_position_embeddings = 4096;
  scaling.mscale = mscale;
  scaling.mscale_all_dim = mscale_all_dim;
  return scaling;
}

} // namespace

TEST_CASE("without scaling the frequencies are powers of theta") {
  const rope_parameters rope = make_rope_parameters(v3_rope());
  REQUIRE(rope.inv_freq.size() == 32);
  for (std::size_t i = 0; i < 32; ++i)
    CHECK(rope.inv_freq[i] ==
          Approx(std::pow(10000.0, -static_cast<double>(i) / 32)).epsilon(1e-6));
  CHECK(rope.multiplier == 1.0f);
  CHECK(rope.softmax_scale == Approx(0.0721687836).epsilon(1e-7));
}

TEST_CASE("YaRN's frequencies are those of the V3 checkpoints") {
  model_config config = v3_rope();
  config.rope_scaling = yarn(40, 1.0, 1.0);
  const rope_parameters rope = make_rope_parameters(config);
  const std::pair<std::size_t, double> expected[] = {
      {0, 1.0},     {9, 0.0749894209},   {10, 0.0562341325},  {11, 0.0390069066},
      {16, 0.0055}, {22, 1.77827941e-4}, {23, 3.33380358e-5}, {31, 3.33380358e-6}};
  for (const auto& [pair, value] : expected)
    CHECK(rope.inv_freq[pair] == Approx(value).epsilon(1e-6));
}

TEST_CASE("equal magnitudes cancel in cos and sin and widen the softmax scale") {
  model_config config = v3_rope();
  config.rope_scaling = yarn(40, 0.707, 0.707);
  CHECK(make_rope_parameters(config).multiplier == 1.0f);
  CHECK(make_rope_parameters(config).softmax_scale == Approx(0.1147213868).epsilon(1e-7));
  config.rope_scaling = yarn(40, 1.0, 1.0);
  CHECK(make_rope_parameters(config).softmax_scale == Approx(0.1352337789).epsilon(1e-7));
  config.rope_scaling = yarn(64, 1.0, 1.0);
  CHECK(make_rope_parameters(config).softmax_scale == Approx(0.1446796258).epsilon(1e-7));
}

TEST_CASE("magnitudes that differ leave their ratio in cos and sin") {
  model_config config = v3_rope();
  config.rope_scaling = yarn(40, 1.0, 0.707);
  CHECK(make_rope_parameters(config).multiplier ==
        Approx(1.3688879454 / 1.2608037774).epsilon(1e-7));
  config.rope_scaling = yarn(40, 1.0, 0.0);
  CHECK(make_rope_parameters(config).multiplier == Approx(1.3688879454).epsilon(1e-7));
  CHECK(make_rope_parameters(config).softmax_scale == Approx(0.0721687836).epsilon(1e-7));
}

TEST_CASE("equal betas make a step between neighbouring pairs") {
  model_config config = v3_rope();
  config.rope_theta = 50000.0;
  rope_scaling_config kimi = yarn(32, 1.0, 1.0);
  kimi.beta_fast = 1.0;
  config.rope_scaling = kimi;
  const rope_parameters rope = make_rope_parameters(config);
  CHECK(rope.inv_freq[19] == Approx(std::pow(50000.0, -19.0 / 32)).epsilon(1e-6));
  CHECK(rope.inv_freq[20] == Approx(std::pow(50000.0, -20.0 / 32) / 32).epsilon(1e-6));
  CHECK(rope.softmax_scale == Approx(0.1308607999).epsilon(1e-7));
}

TEST_CASE("a factor of one changes nothing") {
  model_config config = v3_rope();
  config.rope_scaling = yarn(1.0, 1.0, 1.0);
  const rope_parameters scaled = make_rope_parameters(config);
  const rope_parameters plain = make_rope_parameters(v3_rope());
  for (std::size_t i = 0; i < 32; ++i)
    CHECK(scaled.inv_freq[i] == Approx(plain.inv_freq[i]).epsilon(1e-6));
  CHECK(scaled.multiplier == 1.0f);
  CHECK(scaled.softmax_scale == plain.softmax_scale);
}

} // namespace hadal::model
