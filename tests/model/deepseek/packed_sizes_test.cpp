// What a model's weights were said to take is what loading them takes.
#include "model/layers/packed_sizes.hpp"

#include "model/layers/decoder_layer.hpp"
#include "model/layers/packing.hpp"
#include "model/weights/expected/dummy_weights.hpp"
#include "tests/model/deepseek/model_runner.hpp"
#include "tests/model/deepseek/small_configs.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

std::uint64_t bytes_of(const kernels::mlp_weights& mlp) {
  return mlp.gate_up ? mlp.gate_up->bytes() + mlp.down->bytes() : 0;
}

std::uint64_t bytes_of(const decoder_layer& layer) {
  const kernels::attention_weights& a = layer.attention;
  std::uint64_t all = layer.input_norm->bytes() + layer.post_attention_norm->bytes() +
                      a.qkv_a->bytes() + a.kv_a_norm->bytes() + a.kv_b->bytes() + a.o->bytes();
  if (a.q_b)
    all += a.q_a_norm->bytes() + a.q_b->bytes();
  all += bytes_of(layer.dense);
  if (layer.moe)
    all += layer.moe->router->bytes() + layer.moe->experts->bytes() + bytes_of(layer.moe->shared);
  return all;
}

std::uint64_t loaded_bytes(const kernels::backend& backend, const weight_source& source,
                           const model_config& config) {
  const outer_modules outer = modules_outside_layers(config);
  const auto embedding = load_embedding(backend, source, outer.embedding);
  const auto norm = load_norm(backend, source, outer.norm);
  const auto head = load_head(backend, source, outer);
  REQUIRE((embedding && norm && head));
  std::uint64_t all = (*embedding)->bytes() + (*norm)->bytes() + (*head)->bytes();
  for (std::int32_t i = 0; i < config.num_hidden_layers; ++i) {
    const auto layer =
        load_decoder_layer(backend, source, config, attention_shape(config, 1.0f), i);
    REQUIRE(layer.has_value());
    all += bytes_of(*layer);
  }
  return all;
}

void check(const weight_source& source, const model_config& config) {
  std::vector<std::pair<backend_maker, kernels::simd_isa>> backends = {
      {scalar, kernels::simd_isa::best}};
  for (const kernels::simd_isa isa : kernels::usable_simd())
    backends.emplace_back(vectorised, isa);
  for (const auto& [make, isa] : backends)
    for (const dtype compute : {dtype::float32, dtype::bfloat16})
      for (const fp8_compute fp8 : {fp8_compute::w8a8, fp8_compute::weight_only}) {
        auto options = backend_options_of(config, compute, fp8, false);
        options.cpu.isa = isa;
        const auto backend = make(options);
        INFO(backend->name() << " " << to_string(compute));
        const auto said = packed_weight_bytes(*backend, source, config);
        REQUIRE(said.has_value());
        CHECK(*said == loaded_bytes(*backend, source, config));
      }
}

} // namespace

TEST_CASE("a checkpoint's weights take what was said, in every backend") {
  for (const char* folder :
       {"v2-noqlora", "v3-ragged", "v3-tied", "v3-fused", "fp8-v3", "fp8-ue8m0"}) {
    INFO(folder);
    const golden_fixture fixture(folder);
    check(*fixture.weights, fixture.config);
  }
  INFO("the default model");
  check(*default_model().weights, default_model().config);
}

TEST_CASE("the size is known without weights, and a missing tensor has none") {
  const model_config config = quantised(plain_v2());
  const dummy_weights source(config, 1);
  check(source, config);
  const auto backend = scalar(backend_options_of(config, dtype::float32, fp8_compute::w8a8, false));
  const auto refused = packed_weight_bytes(*backend, dummy_weights(ragged_v3(), 1), config);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == error_code::invalid_checkpoint);
  CHECK(refused.error().param.find("model.layers.0.") == 0);
}

} // namespace hadal::model
