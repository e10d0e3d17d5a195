#include "model/config/model_config.hpp"

#include "tests/model/config/sample_configs.hpp"
#include "tests/support/catch.hpp"

#include <functional>

using namespace hadal;
using namespace hadal::model;

namespace {

struct bad_case {
  std::string change; // a JSON merge patch over the V3 config
  error_code code;
  std::string param;
  std::string found;   // in the message
  std::string allowed; // in the message
};

error failure_of(const std::string& text) {
  const auto config = parse_model_config(text);
  if (config)
    FAIL("accepted: " << text);
  return config.error();
}

constexpr auto invalid = error_code::invalid_config;
constexpr auto unsupported = error_code::unsupported_model;

} // namespace

TEST_CASE("every bad key is refused with its name, what was found and what is allowed") {
  const std::vector<bad_case> cases = {
      {R"({"architectures": ["LlamaForCausalLM"]})", unsupported, "architectures",
       "\"LlamaForCausalLM\"", "DeepseekV3ForCausalLM"},
      {R"({"architectures": ["DeepseekV32ForCausalLM"]})", unsupported, "architectures",
       "DeepseekV32ForCausalLM", "DeepseekV2ForCausalLM"},
      {R"({"architectures": ["DeepseekV4ForCausalLM"]})", unsupported, "architectures",
       "DeepseekV4ForCausalLM", "supported are"},
      {R"({"architectures": null})", unsupported, "architectures", "null", "supported are"},
      {R"({"architectures": []})", unsupported, "architectures", "an array", "supported are"},
      {R"({"architectures": [3]})", unsupported, "architectures", "an array", "supported are"},
      {R"({"architectures": "DeepseekV3ForCausalLM"})", unsupported, "architectures", "Deepseek",
       "an array"},
      {R"({"hidden_size": "7168"})", invalid, "hidden_size", "\"7168\"", "an integer from 1"},
      {R"({"hidden_size": null})", invalid, "hidden_size", "missing", "an integer from 1"},
      {R"({"hidden_size": 0})", invalid, "hidden_size", "0", "from 1 to 262144"},
      {R"({"hidden_size": -7168})", invalid, "hidden_size", "-7168", "from 1"},
      {R"({"hidden_size": 7168.5})", invalid, "hidden_size", "7168.5", "an integer"},
      {R"({"hidden_size": 7168.0})", invalid, "hidden_size", "7168.0", "an integer"},
      {R"({"hidden_size": 1e30})", invalid, "hidden_size", "1e+30", "an integer"},
      {R"({"hidden_size": 18446744073709551615})", invalid, "hidden_size", "18446744073709551615",
       "an integer"},
      {R"({"hidden_size": 99999999999999999999})", invalid, "hidden_size", "1e+20", "an integer"},
      {R"({"hidden_size": 4294967296})", invalid, "hidden_size", "4294967296", "262144"},
      {R"({"hidden_size": true})", invalid, "hidden_size", "true", "an integer"},
      {R"({"hidden_size": [7168]})", invalid, "hidden_size", "an array", "an integer"},
      {R"({"hidden_size": {"a": 1}})", invalid, "hidden_size", "an object", "an integer"},
      {R"({"vocab_size": 16777217})", invalid, "vocab_size", "16777217", "16777216"},
      {R"({"vocab_size": 0})", invalid, "vocab_size", "0", "from 1"},
      {R"({"intermediate_size": -1})", invalid, "intermediate_size", "-1", "from 1"},
      {R"({"num_hidden_layers": 0})", invalid, "num_hidden_layers", "0", "1 to 4096"},
      {R"({"num_hidden_layers": 4097})", invalid, "num_hidden_layers", "4097", "4096"},
      {R"({"num_attention_heads": 0})", invalid, "num_attention_heads", "0", "from 1"},
      {R"({"num_attention_heads": 262144})", invalid, "num_attention_heads", "262144", "rows"},
      {R"({"max_position_embeddings": 0})", invalid, "max_position_embeddings", "0", "from 1"},
      {R"({"max_position_embeddings": 1099511627776})", invalid, "max_position_embeddings",
       "1099511627776", "1073741824"},
      {R"({"rms_norm_eps": 0})", invalid, "rms_norm_eps", "0", "over 0"},
      {R"({"rms_norm_eps": -1e-6})", invalid, "rms_norm_eps", "-1e-06", "over 0"},
      {R"({"rms_norm_eps": "small"})", invalid, "rms_norm_eps", "\"small\"", "a number"},
      {R"({"tie_word_embeddings": 1})", invalid, "tie_word_embeddings", "1", "true or false"},
      {R"({"q_lora_rank": 0})", invalid, "q_lora_rank", "0", "from 1"},
      {R"({"kv_lora_rank": 0})", invalid, "kv_lora_rank", "0", "from 1"},
      {R"({"qk_nope_head_dim": -128})", invalid, "qk_nope_head_dim", "-128", "from 1"},
      {R"({"qk_rope_head_dim": 63})", invalid, "qk_rope_head_dim", "63", "even"},
      {R"({"qk_rope_head_dim": 0})", invalid, "qk_rope_head_dim", "0", "from 1"},
      {R"({"v_head_dim": null})", invalid, "v_head_dim", "missing", "from 1"},
      {R"({"n_routed_experts": null, "num_hidden_layers": 0})", invalid, "num_hidden_layers", "0",
       "from 1"},
      {R"({"n_routed_experts": 65537})", invalid, "n_routed_experts", "65537", "65536"},
      {R"({"n_routed_experts": 65536, "num_hidden_layers": 17})", invalid, "n_routed_experts",
       "65536", "1048576"},
      {R"({"n_shared_experts": -1})", invalid, "n_shared_experts", "-1", "from 0"},
      {R"({"n_shared_experts": 129})", invalid, "n_shared_experts", "129", "262144"},
      {R"({"num_experts_per_tok": 0})", invalid, "num_experts_per_tok", "0", "1 to 256"},
      {R"({"num_experts_per_tok": 257})", invalid, "num_experts_per_tok", "257", "1 to 256"},
      {R"({"num_experts_per_tok": 129})", invalid, "num_experts_per_tok", "129", "at most 128"},
      {R"({"moe_intermediate_size": 0})", invalid, "moe_intermediate_size", "0", "from 1"},
      {R"({"first_k_dense_replace": -1})", invalid, "first_k_dense_replace", "-1", "from 0"},
      {R"({"moe_layer_freq": 0})", invalid, "moe_layer_freq", "0", "from 1"},
      {R"({"n_group": 0})", invalid, "n_group", "0", "from 1"},
      {R"({"n_group": 7})", invalid, "n_group", "7", "a divisor of n_routed_experts"},
      {R"({"n_group": 256})", invalid, "n_group", "256", "at most half"},
      {R"({"topk_group": 9})", invalid, "topk_group", "9", "at most n_group, which is 8"},
      {R"({"topk_group": 0})", invalid, "topk_group", "0", "from 1"},
      {R"({"topk_group": null})", invalid, "topk_group", "missing", "n_group, which is 8"},
      {R"({"topk_method": "random"})", unsupported, "topk_method", "\"random\"", "\"noaux_tc\""},
      {R"({"topk_method": 1})", invalid, "topk_method", "1", "a string"},
      {R"({"scoring_func": "sqrtsoftplus"})", unsupported, "scoring_func", "\"sqrtsoftplus\"",
       "\"sigmoid\""},
      {R"({"norm_topk_prob": "yes"})", invalid, "norm_topk_prob", "\"yes\"", "true or false"},
      {R"({"routed_scaling_factor": 0})", invalid, "routed_scaling_factor", "0", "over 0"},
      {R"({"routed_scaling_factor": "2.5"})", invalid, "routed_scaling_factor", "\"2.5\"",
       "a number"},
      {R"({"hidden_act": "gelu"})", unsupported, "hidden_act", "\"gelu\"", "\"silu\""},
      {R"({"attention_bias": true})", unsupported, "attention_bias", "true", "false"},
      {R"({"mlp_bias": true})", unsupported, "mlp_bias", "true", "false"},
      {R"({"rope_interleave": false})", unsupported, "rope_interleave", "false", "true"},
      {R"({"torch_dtype": "int8"})", unsupported, "torch_dtype", "\"int8\"", "\"bfloat16\""},
      {R"({"dtype": 16})", invalid, "dtype", "16", "a string"},
      {R"({"num_nextn_predict_layers": -1})", invalid, "num_nextn_predict_layers", "-1", "from 0"},
      {R"({"bos_token_id": -1})", invalid, "bos_token_id", "-1", "from 0"},
      {R"({"eos_token_id": "1"})", invalid, "eos_token_id", "\"1\"", "an integer"},
      {R"({"eos_token_id": [1, -2]})", invalid, "eos_token_id", "-2", "an array of such"},
      {R"({"eos_token_id": [1, [2]]})", invalid, "eos_token_id", "an array", "an array of such"},
      {R"({"rope_theta": 1})", invalid, "rope_theta", "1", "over 1"},
      {R"({"rope_theta": -10000})", invalid, "rope_theta", "-10000", "over 1"},
      {R"({"rope_scaling": 40})", invalid, "rope_scaling", "40", "an object"},
      {R"({"rope_scaling": {"type": "linear"}})", unsupported, "rope_scaling.type", "\"linear\"",
       "\"yarn\""},
      {R"({"rope_scaling": {"type": null, "rope_type": "dynamic"}})", unsupported,
       "rope_scaling.rope_type", "\"dynamic\"", "\"yarn\""},
      {R"({"rope_scaling": {"rope_type": "default"}})", invalid, "rope_scaling.rope_type",
       "\"default\"", "one value"},
      {R"({"rope_scaling": {"factor": null}})", invalid, "rope_scaling.factor", "missing",
       "a number from 1"},
      {R"({"rope_scaling": {"factor": 0.5}})", invalid, "rope_scaling.factor", "0.5", "from 1"},
      {R"({"rope_scaling": {"factor": "40"}})", invalid, "rope_scaling.factor", "\"40\"",
       "a number"},
      {R"({"rope_scaling": {"original_max_position_embeddings": 0}})", invalid,
       "rope_scaling.original_max_position_embeddings", "0", "from 1"},
      {R"({"rope_scaling": {"beta_fast": 0}})", invalid, "rope_scaling.beta_fast", "0", "over 0"},
      {R"({"rope_scaling": {"beta_slow": 33}})", invalid, "rope_scaling.beta_fast", "32",
       "at least beta_slow"},
      {R"({"rope_scaling": {"mscale": -1}})", invalid, "rope_scaling.mscale", "-1", "from 0"},
      {R"({"rope_scaling": {"mscale_all_dim": true}})", invalid, "rope_scaling.mscale_all_dim",
       "true", "a number"},
      {R"({"rope_scaling": {"attention_factor": 1.5}})", unsupported,
       "rope_scaling.attention_factor", "1.5", "null"},
      {R"({"rope_scaling": {"truncate": false}})", unsupported, "rope_scaling.truncate", "false",
       "true"},
      {R"({"rope_parameters": {"rope_type": "default"}})", invalid, "rope_parameters", "differ",
       "one of them"},
      {R"({"quantization_config": "fp8"})", invalid, "quantization_config", "\"fp8\"", "an object"},
      {R"({"quantization_config": {"quant_method": "awq"}})", unsupported,
       "quantization_config.quant_method", "\"awq\"", "\"fp8\""},
      {R"({"quantization_config": {"quant_method": null}})", unsupported,
       "quantization_config.quant_method", "missing", "\"fp8\""},
      {R"({"quantization_config": {"fmt": "e5m2"}})", unsupported, "quantization_config.fmt",
       "\"e5m2\"", "\"e4m3\""},
      {R"({"quantization_config": {"activation_scheme": "static"}})", unsupported,
       "quantization_config.activation_scheme", "\"static\"", "\"dynamic\""},
      {R"({"quantization_config": {"scale_fmt": "e5m3"}})", unsupported,
       "quantization_config.scale_fmt", "\"e5m3\"", "\"ue8m0\""},
      {R"({"quantization_config": {"weight_block_size": null}})", unsupported,
       "quantization_config.weight_block_size", "missing", "two integers"},
      {R"({"quantization_config": {"weight_block_size": [128]}})", invalid,
       "quantization_config.weight_block_size", "1 integers", "two"},
      {R"({"quantization_config": {"weight_block_size": [128, 0]}})", invalid,
       "quantization_config.weight_block_size", "0", "from 1"},
      {R"({"quantization_config": {"weight_block_size": [128, "128"]}})", invalid,
       "quantization_config.weight_block_size", "\"128\"", "an integer"},
      {R"({"quantization_config": {"modules_to_not_convert": "lm_head"}})", invalid,
       "quantization_config.modules_to_not_convert", "\"lm_head\"", "an array of module names"},
      {R"({"quantization_config": {"modules_to_not_convert": ["lm_head", 1]}})", invalid,
       "quantization_config.modules_to_not_convert", "an array", "an array of module names"},
  };
  for (const auto& c : cases) {
    auto json = test::v3_config();
    json.merge_patch(nlohmann::json::parse(c.change));
    if (c.change == R"({"architectures": null})")
      json["architectures"] = nullptr;
    INFO(c.change);
    const error e = failure_of(json.dump());
    INFO(e.message);
    CHECK(e.code == c.code);
    CHECK(e.param == c.param);
    CHECK(e.message.find(c.found) != std::string::npos);
    CHECK(e.message.find(c.allowed) != std::string::npos);
    const std::string key = c.param.substr(c.param.rfind('.') + 1);
    CHECK((c.param == "architectures" || e.message.find(key) != std::string::npos));
  }
}

TEST_CASE("keys that no default may stand in for are missed by name") {
  for (const char* key :
       {"architectures", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
        "num_attention_heads", "max_position_embeddings", "kv_lora_rank", "qk_nope_head_dim",
        "qk_rope_head_dim", "v_head_dim", "n_routed_experts", "n_shared_experts",
        "num_experts_per_tok", "moe_intermediate_size", "topk_group"}) {
    auto json = test::v3_config();
    json.erase(key);
    const error e = failure_of(json.dump());
    INFO(e.message);
    CHECK(e.param == key);
    CHECK(e.message.find("missing") != std::string::npos);
  }
}

TEST_CASE("text that is no JSON object is refused") {
  for (const char* text : {"", "{", "[]", "3", "null", "\"x\"", "{} {}", "{\"a\": }", "{'a': 1}"}) {
    const error e = failure_of(text);
    INFO(text);
    CHECK(e.code == error_code::invalid_config);
    CHECK(e.message.find("config.json") != std::string::npos);
  }
}

TEST_CASE("numbers that JSON has not are refused with the key before them") {
  for (const char* number : {"NaN", "Infinity", "-Infinity", "1e999", "0x10", "07"}) {
    std::string text = test::v3_config().dump();
    const std::string good = "\"rope_theta\":10000";
    text.replace(text.find(good), good.size(), std::string("\"rope_theta\":") + number);
    const error e = failure_of(text);
    INFO(e.message);
    CHECK(e.code == error_code::invalid_config);
    CHECK(e.param == "rope_theta");
    CHECK(e.message.find("rope_theta") != std::string::npos);
  }
}

TEST_CASE("a key given twice is refused, nested ones too") {
  const error outer = failure_of(R"({"hidden_size": 1, "a": {"b": 1}, "hidden_size": 2})");
  CHECK(outer.param == "hidden_size");
  const error inner = failure_of(R"({"a": [{"b": 1, "b": 2}]})");
  CHECK(inner.param == "b");
}

TEST_CASE("deep nesting is an error or ignored, never a crash") {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  auto text = test::v3_config().dump();
  text.insert(1, "\"ignored\":" + deep + ",");
  CHECK(parse_model_config(text).has_value());
  CHECK(failure_of(std::string(1'000'000, '[')).code == error_code::invalid_config);
}

TEST_CASE("a hostile value does not reach the message raw") {
  auto json = test::v3_config();
  json["architectures"] = {std::string("x\n\x1b[31m") + std::string(100'000, 'y')};
  const error e = failure_of(json.dump());
  CHECK(e.message.find('\n') == std::string::npos);
  CHECK(e.message.find('\x1b') == std::string::npos);
  CHECK(e.message.size() < 1000);
}

TEST_CASE("every byte of a config may be changed without a crash") {
  const std::string good = test::v3_config().dump();
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char byte : {'\0', '"', '{', '}', '9', '-', '\xff'}) {
      std::string text = good;
      text[i] = byte;
      const auto config = parse_model_config(text);
      if (config) {
        ++accepted;
        CHECK(config->hidden_size > 0);
      } else {
        CHECK_FALSE(config.error().message.empty());
      }
    }
  CHECK(accepted > 0);
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK_FALSE(parse_model_config(good.substr(0, length)).has_value());
}
