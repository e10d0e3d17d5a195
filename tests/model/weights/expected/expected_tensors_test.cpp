#include "model/weights/expected/expected_tensors.hpp"

#include "tests/model/config/sample_configs.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <set>

using namespace hadal;
using namespace hadal::model;

namespace {

using shape_t = std::vector<std::int64_t>;

std::map<std::string, expected_tensor> by_name(const std::vector<expected_tensor>& tensors) {
  std::map<std::string, expected_tensor> map;
  for (const auto& t : tensors)
    CHECK(map.emplace(t.name, t).second);
  return map;
}

model_config v3() {
  return *parse_model_config(test::v3_config().dump());
}

} // namespace

TEST_CASE("V3's tensors have the names and shapes of its checkpoint") {
  const auto all = by_name(expected_tensors(v3()));
  const std::pair<const char*, shape_t> shapes[] = {
      {"model.embed_tokens.weight", {129280, 7168}},
      {"lm_head.weight", {129280, 7168}},
      {"model.norm.weight", {7168}},
      {"model.layers.60.input_layernorm.weight", {7168}},
      {"model.layers.0.post_attention_layernorm.weight", {7168}},
      {"model.layers.0.self_attn.q_a_proj.weight", {1536, 7168}},
      {"model.layers.0.self_attn.q_a_layernorm.weight", {1536}},
      {"model.layers.0.self_attn.q_b_proj.weight", {24576, 1536}},
      {"model.layers.0.self_attn.kv_a_proj_with_mqa.weight", {576, 7168}},
      {"model.layers.0.self_attn.kv_a_layernorm.weight", {512}},
      {"model.layers.0.self_attn.kv_b_proj.weight", {32768, 512}},
      {"model.layers.0.self_attn.o_proj.weight", {7168, 16384}},
      {"model.layers.2.mlp.gate_proj.weight", {18432, 7168}},
      {"model.layers.2.mlp.down_proj.weight", {7168, 18432}},
      {"model.layers.3.mlp.gate.weight", {256, 7168}},
      {"model.layers.3.mlp.gate.e_score_correction_bias", {256}},
      {"model.layers.3.mlp.experts.255.up_proj.weight", {2048, 7168}},
      {"model.layers.3.mlp.experts.0.down_proj.weight", {7168, 2048}},
      {"model.layers.3.mlp.shared_experts.gate_proj.weight", {2048, 7168}},
  };
  for (const auto& [name, shape] : shapes) {
    INFO(name);
    REQUIRE(all.count(name) == 1);
    CHECK(all.at(name).shape == shape);
  }
  CHECK(all.count("model.layers.0.self_attn.q_proj.weight") == 0);
  CHECK(all.count("model.layers.3.mlp.gate_proj.weight") == 0);
  CHECK(all.count("model.layers.2.mlp.gate.weight") == 0);
  CHECK(all.count("model.layers.61.eh_proj.weight") == 0);
}

TEST_CASE("V3's block scales cover ragged edges and skip what is never FP8") {
  const auto all = by_name(expected_tensors(v3()));
  const std::pair<const char*, shape_t> scales[] = {
      {"model.layers.0.self_attn.q_a_proj.weight", {12, 56}},
      {"model.layers.0.self_attn.q_b_proj.weight", {192, 12}},
      {"model.layers.0.self_attn.kv_a_proj_with_mqa.weight", {5, 56}},
      {"model.layers.0.self_attn.kv_b_proj.weight", {256, 4}},
      {"model.layers.0.self_attn.o_proj.weight", {56, 128}},
      {"model.layers.0.mlp.gate_proj.weight", {144, 56}},
      {"model.layers.3.mlp.experts.7.down_proj.weight", {56, 16}},
  };
  for (const auto& [name, shape] : scales) {
    INFO(name);
    const auto& scale = all.at(std::string(name) + "_scale_inv");
    CHECK(scale.shape == shape);
    CHECK(scale.dtypes ==
          std::vector{tensor_dtype::f32, tensor_dtype::bf16, tensor_dtype::f8_e8m0});
    CHECK(all.at(name).dtypes == std::vector{tensor_dtype::f8_e4m3});
  }
  for (const char* name :
       {"model.embed_tokens.weight", "lm_head.weight", "model.norm.weight",
        "model.layers.3.mlp.gate.weight", "model.layers.3.mlp.gate.e_score_correction_bias",
        "model.layers.0.self_attn.kv_a_layernorm.weight"}) {
    INFO(name);
    CHECK(all.count(std::string(name) + "_scale_inv") == 0);
    CHECK(all.at(name).dtypes ==
          std::vector{tensor_dtype::bf16, tensor_dtype::f32, tensor_dtype::f16});
  }
}

TEST_CASE("V2-Lite has 5291 tensors, as its checkpoint") {
  const auto config = *parse_model_config(test::v2_lite_config().dump());
  const auto all = by_name(expected_tensors(config));
  CHECK(all.size() == 5291);
  CHECK(all.at("model.layers.0.self_attn.q_proj.weight").shape == shape_t{3072, 2048});
  CHECK(all.at("model.layers.0.self_attn.kv_b_proj.weight").shape == shape_t{4096, 512});
  CHECK(all.at("model.layers.1.mlp.shared_experts.gate_proj.weight").shape == shape_t{2816, 2048});
  CHECK(all.count("model.layers.1.mlp.gate.e_score_correction_bias") == 0);
  for (const auto& [name, tensor] : all)
    CHECK_FALSE(name.ends_with("_scale_inv"));
}

TEST_CASE("V3 with its MTP layer has 91,991 tensors less the two that MTP shares, scales counted") {
  const auto config = v3();
  auto all = expected_tensors(config);
  const auto mtp = expected_layer_tensors(config, 61, false);
  all.insert(all.end(), mtp.begin(), mtp.end());
  CHECK(all.size() == 91'991 - 2);
}

TEST_CASE("an MTP layer is a MoE layer with norms and a projection of its own") {
  const auto mtp = by_name(expected_layer_tensors(v3(), 61, false));
  CHECK(mtp.at("model.layers.61.eh_proj.weight").shape == shape_t{7168, 14336});
  CHECK(mtp.count("model.layers.61.eh_proj.weight_scale_inv") == 0);
  for (const char* norm : {"enorm", "hnorm", "shared_head.norm"})
    CHECK(mtp.at(std::string("model.layers.61.") + norm + ".weight").shape == shape_t{7168});
  CHECK(mtp.count("model.layers.61.mlp.experts.255.up_proj.weight") == 1);
}

TEST_CASE("fused experts are two tensors a layer") {
  auto config = v3();
  config.moe_intermediate_size = 200;
  const auto fused = by_name(expected_layer_tensors(config, 3, true));
  const auto& gate_up = fused.at("model.layers.3.mlp.experts.gate_up_proj");
  CHECK(gate_up.shape == shape_t{256, 400, 7168});
  CHECK(fused.at("model.layers.3.mlp.experts.gate_up_proj_scale_inv").shape == shape_t{256, 4, 56});
  const auto& down = fused.at("model.layers.3.mlp.experts.down_proj");
  CHECK(down.shape == shape_t{256, 7168, 200});
  CHECK(fused.at("model.layers.3.mlp.experts.down_proj_scale_inv").shape == shape_t{256, 56, 2});
  CHECK(fused.count("model.layers.3.mlp.experts.0.gate_proj.weight") == 0);
}

TEST_CASE("a tied head is no tensor, and no shared expert means none") {
  auto json = test::v3_config();
  json["tie_word_embeddings"] = true;
  json["n_shared_experts"] = 0;
  const auto all = by_name(expected_tensors(*parse_model_config(json.dump())));
  CHECK(all.count("lm_head.weight") == 0);
  CHECK(all.count("model.layers.3.mlp.shared_experts.gate_proj.weight") == 0);
}
