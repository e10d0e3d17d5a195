#include "model/weights/expected/dummy_weights.hpp"

#include "model/weights/expected/expected_tensors.hpp"
#include "model/weights/expected/random_normals.hpp"
#include "model/weights/formats/weight_formats.hpp"
#include "model/weights/widen.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>

using namespace hadal;
using namespace hadal::model;

namespace {

model_config small_config() {
  return *parse_model_config(R"({
    "architectures": ["DeepseekV3ForCausalLM"], "vocab_size": 512, "hidden_size": 192,
    "intermediate_size": 320, "num_hidden_layers": 2, "first_k_dense_replace": 1,
    "num_attention_heads": 3, "q_lora_rank": 96, "kv_lora_rank": 512, "qk_nope_head_dim": 64,
    "qk_rope_head_dim": 64, "v_head_dim": 48, "max_position_embeddings": 256,
    "n_routed_experts": 8, "n_shared_experts": 1, "num_experts_per_tok": 2, "n_group": 1,
    "moe_intermediate_size": 80, "num_nextn_predict_layers": 1, "torch_dtype": "float32"})");
}

std::vector<float> values_of(const tensor_ref& tensor) {
  std::vector<float> values(tensor.bytes.size() / element_bytes(tensor.dtype));
  widen(tensor.dtype, tensor.bytes.data(), values.size(), values.data());
  return values;
}

std::string bytes_of(const tensor_ref& tensor) {
  return {reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()};
}

struct moments {
  double mean = 0;
  double deviation = 0;
};

moments moments_of(const std::vector<float>& values) {
  moments m;
  for (const float v : values)
    m.mean += v;
  m.mean /= static_cast<double>(values.size());
  for (const float v : values)
    m.deviation += (v - m.mean) * (v - m.mean);
  m.deviation = std::sqrt(m.deviation / static_cast<double>(values.size()));
  return m;
}

} // namespace

TEST_CASE("normals have the moments and tails of the normal distribution") {
  std::vector<float> values(1'000'000);
  fill_normals(normal_stream(1, "x"), 0, values);
  const auto m = moments_of(values);
  CHECK(std::fabs(m.mean) < 0.004);
  CHECK(std::fabs(m.deviation - 1.0) < 0.004);
  const auto beyond = [&](float z) {
    return static_cast<double>(
               std::count_if(values.begin(), values.end(), [z](float v) { return v > z; })) /
           static_cast<double>(values.size());
  };
  CHECK(std::fabs(beyond(1.0f) - 0.158655) < 0.002);
  CHECK(std::fabs(beyond(2.0f) - 0.022750) < 0.0007);
  CHECK(std::fabs(beyond(-1.0f) - 0.841345) < 0.002);
}

TEST_CASE("a deviate depends on its stream and position alone") {
  const auto stream = normal_stream(7, "model.norm.weight");
  std::vector<float> whole(1003);
  fill_normals(stream, 0, whole);
  for (std::size_t begin = 0; begin < 9; ++begin) {
    std::vector<float> part(101);
    fill_normals(stream, begin, part);
    CHECK(std::equal(part.begin(), part.end(), whole.begin() + static_cast<long>(begin)));
  }
  CHECK(normal_stream(7, "a") != normal_stream(8, "a"));
  CHECK(normal_stream(7, "a") != normal_stream(7, "b"));
}

TEST_CASE("dummy weights have every tensor of the config, MTP's too, with its shape") {
  const auto config = small_config();
  const dummy_weights source(config, 1);
  auto expected = expected_tensors(config);
  const auto mtp = expected_layer_tensors(config, 2, false);
  expected.insert(expected.end(), mtp.begin(), mtp.end());
  for (const auto& e : expected) {
    const auto tensor = source.tensor(e.name, e.shape);
    INFO(e.name);
    REQUIRE(tensor.has_value());
    CHECK(tensor->shape == e.shape);
    CHECK(source.info(e.name)->shape == e.shape);
    CHECK(source.info(e.name)->dtype == tensor->dtype);
    for (const float v : values_of(*tensor))
      if (!std::isfinite(v))
        FAIL("not finite");
  }
  CHECK_FALSE(source.has("model.layers.0.self_attn.q_proj.weight"));
}

TEST_CASE("dummy weights keep activations near unit size") {
  const dummy_weights source(small_config(), 3);
  const auto deviation = [&](const char* name, std::vector<std::int64_t> shape) {
    return moments_of(values_of(*source.tensor(name, shape)));
  };
  CHECK(deviation("model.embed_tokens.weight", {512, 192}).deviation == Approx(1.0).epsilon(0.02));
  CHECK(deviation("lm_head.weight", {512, 192}).deviation ==
        Approx(1 / std::sqrt(192.0)).epsilon(0.02));
  CHECK(deviation("model.layers.0.mlp.down_proj.weight", {192, 320}).deviation ==
        Approx(1 / std::sqrt(320.0)).epsilon(0.02));
  CHECK(deviation("model.layers.1.mlp.gate.weight", {8, 192}).deviation ==
        Approx(1 / std::sqrt(192.0)).epsilon(0.1));
  const auto norm = deviation("model.norm.weight", {192});
  CHECK(norm.mean == Approx(1.0).margin(0.02));
  CHECK(norm.deviation == Approx(0.05).epsilon(0.3));
  const auto bias =
      values_of(*source.tensor("model.layers.1.mlp.gate.e_score_correction_bias", {8}));
  for (const float b : bias) {
    CHECK(b >= 0.0f);
    CHECK(b < 0.05f);
  }
  CHECK(std::adjacent_find(bias.begin(), bias.end(), std::not_equal_to<>()) != bias.end());
}

TEST_CASE(
    "dummy weights repeat for a seed, whatever the order and threads, and differ between seeds") {
  const auto config = small_config();
  const dummy_weights first(config, 1);
  const dummy_weights again(config, 1);
  const dummy_weights other(config, 2);
  const std::string a = "model.layers.1.mlp.experts.3.up_proj.weight";
  const std::string b = "model.layers.1.mlp.experts.4.up_proj.weight";
  const std::vector<std::int64_t> shape{80, 192};
  const std::string a_bytes = bytes_of(*first.tensor(a, shape));
  std::vector<std::string> seen(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < seen.size(); ++i)
    threads.emplace_back([&, i] { seen[i] = bytes_of(*again.tensor(i % 2 == 0 ? a : b, shape)); });
  for (auto& t : threads)
    t.join();
  for (std::size_t i = 0; i < seen.size(); i += 2)
    CHECK(seen[i] == a_bytes);
  CHECK(seen[1] != a_bytes);
  CHECK(bytes_of(*other.tensor(a, shape)) != a_bytes);
}

TEST_CASE("dummy weights have the config's float type, the router bias is F32") {
  auto config = small_config();
  const std::pair<std::optional<compute_dtype>, tensor_dtype> cases[] = {
      {compute_dtype::float32, tensor_dtype::f32},
      {compute_dtype::float16, tensor_dtype::f16},
      {compute_dtype::bfloat16, tensor_dtype::bf16},
      {std::nullopt, tensor_dtype::bf16}};
  for (const auto& [asked, stored] : cases) {
    config.torch_dtype = asked;
    const dummy_weights source(config, 1);
    CHECK(source.info("lm_head.weight")->dtype == stored);
    CHECK(source.tensor("model.norm.weight", {192})->dtype == stored);
    CHECK(source.info("model.layers.1.mlp.gate.e_score_correction_bias")->dtype ==
          tensor_dtype::f32);
  }
}

TEST_CASE("an FP8 config gives e4m3 linears whose blocks use the whole range") {
  auto config = small_config();
  const dummy_weights plain(config, 5);
  for (const bool ue8m0 : {false, true}) {
    config.quantization = fp8_config{128, 128, ue8m0, {}};
    const dummy_weights source(config, 5);
    const std::string prefix = "model.layers.0.self_attn.kv_a_proj_with_mqa";
    const weight_module module = {prefix, tensor_role::linear, 576, 192};
    const auto found = weight_formats(config, true).format_of(module).find(source, module);
    REQUIRE(found.has_value());
    const kernels::raw_weight& raw = found->matrices.at(0);
    CHECK(raw.type == kernels::dtype::float8_e4m3);
    std::vector<float> scales;
    for (std::int64_t block = 0; block < 5 * 2; ++block)
      scales.push_back(kernels::scale_of(raw, block / 2 * 128, block % 2 * 128));
    std::vector<float> dequantised;
    for (std::int64_t i = 0; i < 576 * 192; ++i)
      dequantised.push_back(kernels::stored_value(raw, i / 192, i % 192) *
                            kernels::scale_of(raw, i / 192, i % 192));
    const auto exact = values_of(*plain.tensor(prefix + ".weight", {576, 192}));
    double worst = 0;
    std::vector<float> largest(10, 0.0f);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const std::size_t block = i / 192 / 128 * 2 + i % 192 / 128;
      // Half a step of 3 mantissa bits, or half the smallest subnormal.
      const double allowed =
          std::max(std::fabs(exact[i]) / 16.0, static_cast<double>(scales[block]) * 0x1p-10);
      worst = std::max(worst, std::fabs(dequantised[i] - exact[i]) / allowed);
      largest[block] = std::max(largest[block], std::fabs(exact[i]));
    }
    CHECK(worst < 1.001);
    for (std::size_t b = 0; b < 10; ++b) {
      const float full = largest[b] / 448.0f;
      if (ue8m0) {
        int exponent = 0;
        CHECK(std::frexp(scales[b], &exponent) == 0.5f);
        CHECK(scales[b] >= full);
        CHECK(scales[b] < 2 * full);
      } else {
        CHECK(scales[b] == full);
      }
    }
    CHECK(source.info("lm_head.weight")->dtype == tensor_dtype::f32);
    CHECK(source.info("model.layers.1.mlp.gate.weight")->dtype == tensor_dtype::f32);
    CHECK(source.info("model.layers.2.eh_proj.weight")->dtype == tensor_dtype::f32);
  }
}

TEST_CASE("dummy weights refuse names and shapes that the config has not") {
  const dummy_weights source(small_config(), 1);
  const auto unknown = source.tensor("model.layers.9.mlp.gate.weight", {8, 192});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == error_code::invalid_checkpoint);
  CHECK(unknown.error().param == "model.layers.9.mlp.gate.weight");
  const auto shape = source.tensor("model.norm.weight", {191});
  REQUIRE_FALSE(shape.has_value());
  CHECK(shape.error().message ==
        "dummy weights: tensor \"model.norm.weight\" has shape [192], expected [191]");
}
