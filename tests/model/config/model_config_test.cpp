#include "model/config/model_config.hpp"

#include "tests/model/config/sample_configs.hpp"
#include "tests/support/catch.hpp"

#include <fstream>

using namespace hadal;
using namespace hadal::model;

namespace {

model_config parsed(const nlohmann::json& json) {
  auto config = parse_model_config(json.dump());
  if (!config)
    FAIL(config.error().message);
  return *config;
}

} // namespace

TEST_CASE("a V3 config is read field by field") {
  const auto c = parsed(test::v3_config());
  CHECK(c.arch == architecture::deepseek_v3);
  CHECK(c.architecture_name == "DeepseekV3ForCausalLM");
  CHECK(c.vocab_size == 129280);
  CHECK(c.hidden_size == 7168);
  CHECK(c.intermediate_size == 18432);
  CHECK(c.num_hidden_layers == 61);
  CHECK(c.num_attention_heads == 128);
  CHECK(c.max_position_embeddings == 163840);
  CHECK(c.rms_norm_eps == 1e-6);
  CHECK_FALSE(c.tie_word_embeddings);
  CHECK(c.q_lora_rank == 1536);
  CHECK(c.kv_lora_rank == 512);
  CHECK(c.qk_nope_head_dim == 128);
  CHECK(c.qk_rope_head_dim == 64);
  CHECK(c.v_head_dim == 128);
  CHECK(c.qk_head_dim() == 192);
  CHECK(c.kv_row_dim() == 576);
  CHECK(c.rope_theta == 10000.0);
  CHECK(c.n_routed_experts == 256);
  CHECK(c.n_shared_experts == 1);
  CHECK(c.num_experts_per_tok == 8);
  CHECK(c.moe_intermediate_size == 2048);
  CHECK(c.first_k_dense_replace == 3);
  CHECK(c.moe_layer_freq == 1);
  CHECK(c.n_group == 8);
  CHECK(c.topk_group == 4);
  CHECK(c.topk_method == topk_method::noaux_tc);
  CHECK(c.scoring_func == scoring_func::sigmoid);
  CHECK(c.norm_topk_prob);
  CHECK(c.routed_scaling_factor == 2.5);
  CHECK(c.num_nextn_predict_layers == 1);
  CHECK(c.torch_dtype == compute_dtype::bfloat16);
  CHECK(c.bos_token_id == 0);
  CHECK(c.eos_token_id == std::vector<std::int64_t>{1});
  REQUIRE(c.rope_scaling.has_value());
  CHECK(c.rope_scaling->factor == 40.0);
  CHECK(c.rope_scaling->original_max_position_embeddings == 4096);
  CHECK(c.rope_scaling->beta_fast == 32.0);
  CHECK(c.rope_scaling->beta_slow == 1.0);
  CHECK(c.rope_scaling->mscale == 1.0);
  CHECK(c.rope_scaling->mscale_all_dim == 1.0);
  REQUIRE(c.quantization.has_value());
  CHECK(c.quantization->weight_block_rows == 128);
  CHECK(c.quantization->weight_block_cols == 128);
  CHECK_FALSE(c.quantization->scale_ue8m0);
  CHECK_FALSE(c.is_moe_layer(2));
  CHECK(c.is_moe_layer(3));
}

TEST_CASE("a V2-Lite config has no q_lora_rank, softmax routing and no quantization") {
  const auto c = parsed(test::v2_lite_config());
  CHECK(c.arch == architecture::deepseek_v2);
  CHECK(c.q_lora_rank == 0);
  CHECK(c.topk_method == topk_method::greedy);
  CHECK(c.scoring_func == scoring_func::softmax);
  CHECK_FALSE(c.norm_topk_prob);
  CHECK(c.routed_scaling_factor == 1.0);
  CHECK(c.rope_scaling->mscale == 0.707);
  CHECK(c.num_nextn_predict_layers == 0);
  CHECK_FALSE(c.quantization.has_value());
  CHECK(c.is_moe_layer(1));
  CHECK_FALSE(c.is_moe_layer(0));
}

TEST_CASE("a V3 file that leaves routing keys out means noaux_tc, sigmoid and every layer") {
  auto json = test::v3_config();
  for (const char* key :
       {"topk_method", "scoring_func", "moe_layer_freq", "norm_topk_prob", "routed_scaling_factor"})
    json.erase(key);
  const auto c = parsed(json);
  CHECK(c.topk_method == topk_method::noaux_tc);
  CHECK(c.scoring_func == scoring_func::sigmoid);
  CHECK(c.moe_layer_freq == 1);
  CHECK(c.norm_topk_prob);
  CHECK(c.routed_scaling_factor == 2.5);
}

TEST_CASE("a V2 file that leaves routing keys out means greedy, softmax and no normalisation") {
  auto json = test::v2_lite_config();
  for (const char* key :
       {"topk_method", "scoring_func", "moe_layer_freq", "norm_topk_prob", "routed_scaling_factor"})
    json.erase(key);
  const auto c = parsed(json);
  CHECK(c.topk_method == topk_method::greedy);
  CHECK(c.scoring_func == scoring_func::softmax);
  CHECK_FALSE(c.norm_topk_prob);
  CHECK(c.routed_scaling_factor == 1.0);
}

TEST_CASE("n_group and topk_group null mean one group") {
  auto json = test::v2_lite_config();
  json["n_group"] = nullptr;
  json["topk_group"] = nullptr;
  const auto c = parsed(json);
  CHECK(c.n_group == 1);
  CHECK(c.topk_group == 1);
}

TEST_CASE("the name of the architecture decides, model_type does not") {
  auto json = test::v3_config();
  json["model_type"] = "kimi_k2";
  json["n_group"] = 1;
  json["topk_group"] = 1;
  json["n_routed_experts"] = 384;
  json["rope_theta"] = 50000.0;
  json["rope_scaling"]["beta_fast"] = 1.0;
  const auto c = parsed(json);
  CHECK(c.arch == architecture::deepseek_v3);
  CHECK(c.rope_theta == 50000.0);
  CHECK(c.rope_scaling->beta_fast == 1.0);
}

TEST_CASE("rope_parameters carries rope_theta and the scaling") {
  auto json = test::v3_config();
  json.erase("rope_scaling");
  json.erase("rope_theta");
  json["rope_parameters"] = {{"rope_type", "yarn"},
                             {"type", "yarn"},
                             {"rope_theta", 50000.0},
                             {"factor", 4.0},
                             {"original_max_position_embeddings", 64},
                             {"mscale", 1.0},
                             {"mscale_all_dim", 0.5}};
  const auto c = parsed(json);
  CHECK(c.rope_theta == 50000.0);
  REQUIRE(c.rope_scaling.has_value());
  CHECK(c.rope_scaling->factor == 4.0);
  CHECK(c.rope_scaling->original_max_position_embeddings == 64);
  CHECK(c.rope_scaling->beta_fast == 32.0);
  CHECK(c.rope_scaling->beta_slow == 1.0);
  CHECK(c.rope_scaling->mscale_all_dim == 0.5);
}

TEST_CASE("rope type default means no scaling in every spelling") {
  for (const char* block : {"rope_scaling", "rope_parameters"})
    for (const char* key : {"type", "rope_type"}) {
      auto json = test::v3_config();
      json.erase("rope_scaling");
      json[block] = {{key, "default"}, {"rope_theta", 7000.0}};
      const auto c = parsed(json);
      CHECK_FALSE(c.rope_scaling.has_value());
      CHECK(c.rope_theta == 7000.0);
    }
  auto json = test::v3_config();
  json["rope_scaling"] = nullptr;
  CHECK_FALSE(parsed(json).rope_scaling.has_value());
}

TEST_CASE("missing mscale keys mean mscale 1 and mscale_all_dim 0") {
  auto json = test::v3_config();
  json["rope_scaling"] = {{"rope_type", "yarn"}, {"factor", 40}};
  const auto c = parsed(json);
  CHECK(c.rope_scaling->mscale == 1.0);
  CHECK(c.rope_scaling->mscale_all_dim == 0.0);
  CHECK(c.rope_scaling->original_max_position_embeddings == 163840);
}

TEST_CASE("scale_fmt ue8m0 is seen") {
  auto json = test::v3_config();
  json["quantization_config"]["scale_fmt"] = "ue8m0";
  CHECK(parsed(json).quantization->scale_ue8m0);
}

TEST_CASE("modules that a checkpoint left unquantised are listed, or the list is null") {
  auto json = test::v3_config();
  json["quantization_config"]["modules_to_not_convert"] = nullptr;
  CHECK(parsed(json).quantization->modules_to_not_convert.empty());
  json["quantization_config"]["modules_to_not_convert"] = {"lm_head", "model.layers.3.mlp.gate"};
  CHECK(parsed(json).quantization->modules_to_not_convert ==
        std::vector<std::string>{"lm_head", "model.layers.3.mlp.gate"});
}

TEST_CASE("optional parts may be null") {
  auto json = test::v3_config();
  for (const char* key : {"quantization_config", "n_shared_experts", "bos_token_id", "eos_token_id",
                          "num_nextn_predict_layers", "torch_dtype", "q_lora_rank"})
    json[key] = nullptr;
  const auto c = parsed(json);
  CHECK_FALSE(c.quantization.has_value());
  CHECK(c.n_shared_experts == 0);
  CHECK(c.bos_token_id == -1);
  CHECK(c.eos_token_id.empty());
  CHECK(c.num_nextn_predict_layers == 0);
  CHECK_FALSE(c.torch_dtype.has_value());
  CHECK(c.q_lora_rank == 0);
}

TEST_CASE("n_routed_experts null makes every layer dense and asks for no other MoE key") {
  auto json = test::v3_config();
  json["n_routed_experts"] = nullptr;
  for (const char* key : {"num_experts_per_tok", "moe_intermediate_size", "n_shared_experts"})
    json.erase(key);
  const auto c = parsed(json);
  CHECK(c.n_routed_experts == 0);
  CHECK_FALSE(c.is_moe_layer(10));
}

TEST_CASE("end tokens may be one id or a list") {
  auto json = test::v3_config();
  json["eos_token_id"] = {1, 7};
  CHECK(parsed(json).eos_token_id == std::vector<std::int64_t>{1, 7});
}

TEST_CASE("dtype is read in both spellings") {
  auto json = test::v3_config();
  json.erase("torch_dtype");
  json["dtype"] = "float16";
  CHECK(parsed(json).torch_dtype == compute_dtype::float16);
  json.erase("dtype");
  json["torch_dtype"] = "float32";
  CHECK(parsed(json).torch_dtype == compute_dtype::float32);
}

TEST_CASE("dimensions need no round numbers") {
  auto json = test::v3_config();
  json["hidden_size"] = 192;
  json["num_attention_heads"] = 3;
  json["v_head_dim"] = 48;
  json["qk_nope_head_dim"] = 7;
  json["qk_rope_head_dim"] = 2;
  json["kv_lora_rank"] = 1;
  json["moe_intermediate_size"] = 33;
  json["moe_layer_freq"] = 2;
  const auto c = parsed(json);
  CHECK(c.v_head_dim == 48);
  CHECK(c.qk_head_dim() == 9);
  CHECK_FALSE(c.is_moe_layer(3));
  CHECK(c.is_moe_layer(4));
}

TEST_CASE("greedy routing has no groups to satisfy") {
  auto json = test::v2_lite_config();
  json["n_group"] = 7;
  CHECK(parsed(json).n_group == 7);
}

TEST_CASE("a file is read and its path opens the message of its faults") {
  const auto folder = std::filesystem::temp_directory_path() / "hadal_model_config_test";
  std::filesystem::create_directories(folder);
  const auto file = folder / "config.json";
  std::ofstream(file) << test::v3_config().dump();
  const auto good = load_model_config(file);
  REQUIRE(good.has_value());
  CHECK(good->hidden_size == 7168);

  auto json = test::v3_config();
  json["hidden_size"] = 0;
  std::ofstream(file) << json.dump();
  const auto bad = load_model_config(file);
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().param == "hidden_size");
  CHECK(bad.error().message ==
        file.string() + ": \"hidden_size\" is 0, allowed: an integer from 1 to 262144");

  const auto missing = load_model_config(folder / "absent.json");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == error_code::io_error);
  CHECK(missing.error().param == (folder / "absent.json").string());

  const auto directory = load_model_config(folder);
  REQUIRE_FALSE(directory.has_value());
  CHECK(directory.error().code == error_code::io_error);
  std::filesystem::remove_all(folder);
}
