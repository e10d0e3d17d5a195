#include "model/config/model_config.hpp"

#include "base/limits.hpp"
#include "model/config/config_parts.hpp"
#include "model/config/dtype.hpp"
#include "model/config/field_reader.hpp"
#include "model/config/printable.hpp"
#include "model/config/text_file.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace hadal::model {

namespace {

constexpr integer_range width_range{1, limits::config_width_max};

constexpr integer_range experts_range{0, limits::config_experts_max};
constexpr integer_range layers_range{0, limits::config_layers_max};
constexpr integer_range token_range{0, INT32_MAX};

/// The defaults of keys that a file leaves out, per family.
struct family_defaults {
  enum topk_method topk_method;
  enum scoring_func scoring_func;
  bool norm_topk_prob;
  double routed_scaling_factor;
  std::int32_t first_k_dense_replace;
};

constexpr family_defaults v2_defaults{topk_method::greedy, scoring_func::softmax, false, 1.0, 0};
constexpr family_defaults v3_defaults{topk_method::noaux_tc, scoring_func::sigmoid, true, 2.5, 3};

std::int32_t narrow(std::int64_t checked) {
  return static_cast<std::int32_t>(checked);
}

result<void> read_architecture(const nlohmann::json& root, model_config& config) {
  constexpr std::string_view supported =
      "supported are \"DeepseekV2ForCausalLM\" and \"DeepseekV3ForCausalLM\"";
  const field_reader fields(root);
  const nlohmann::json* names = fields.member("architectures");
  if (names == nullptr || !names->is_array() || names->empty() || !names->front().is_string())
    return fail(error_code::unsupported_model,
                fmt::format("\"architectures\" is {}, allowed: an array that begins with the "
                            "architecture's name; {}",
                            names != nullptr && names->is_array() ? "an array without a name first"
                                                                  : fields.found("architectures"),
                            supported),
                "architectures");
  config.architecture_name = names->front().get<std::string>();
  if (config.architecture_name == "DeepseekV2ForCausalLM")
    config.arch = architecture::deepseek_v2;
  else if (config.architecture_name == "DeepseekV3ForCausalLM")
    config.arch = architecture::deepseek_v3;
  else
    return fail(error_code::unsupported_model,
                fmt::format("architecture {} is not supported; {}",
                            printable(names->front().dump()), supported),
                "architectures");
  return {};
}

void read_dimensions(field_reader& fields, model_config& config) {
  config.vocab_size = narrow(fields.integer("vocab_size", {1, limits::config_rows_max}));
  config.hidden_size = narrow(fields.integer("hidden_size", width_range));
  config.intermediate_size = narrow(fields.integer("intermediate_size", width_range));
  config.num_hidden_layers =
      narrow(fields.integer("num_hidden_layers", {1, limits::config_layers_max}));
  config.num_attention_heads = narrow(fields.integer("num_attention_heads", width_range));
  config.max_position_embeddings =
      narrow(fields.integer("max_position_embeddings", {1, limits::config_positions_max}));
  config.rms_norm_eps = fields.number_or("rms_norm_eps", 1e-6, {0.0, 1.0, true});
  config.tie_word_embeddings = fields.boolean_or("tie_word_embeddings", false);

  config.q_lora_rank = narrow(fields.integer_or("q_lora_rank", 0, width_range));
  config.kv_lora_rank = narrow(fields.integer("kv_lora_rank", width_range));
  config.qk_nope_head_dim = narrow(fields.integer("qk_nope_head_dim", width_range));
  config.qk_rope_head_dim = narrow(fields.integer("qk_rope_head_dim", width_range));
  config.v_head_dim = narrow(fields.integer("v_head_dim", width_range));
  if (config.qk_rope_head_dim % 2 != 0)
    fields.refuse_value(error_code::invalid_config, "qk_rope_head_dim", "an even integer");
}

void check_head_rows(field_reader& fields, const model_config& config) {
  const std::int64_t heads = config.num_attention_heads;
  const std::int64_t q_rows =
      heads * (std::int64_t{config.qk_nope_head_dim} + config.qk_rope_head_dim);
  const std::int64_t kv_rows = heads * (std::int64_t{config.qk_nope_head_dim} + config.v_head_dim);
  if (std::max(q_rows, kv_rows) > limits::config_rows_max)
    fields.refuse(error_code::invalid_config, "num_attention_heads",
                  fmt::format("\"num_attention_heads\" {} times the head dimensions gives {} rows, "
                              "allowed: at most {}",
                              heads, std::max(q_rows, kv_rows), limits::config_rows_max));
}

void read_routing_names(field_reader& fields, const family_defaults& defaults,
                        model_config& config) {
  config.topk_method = defaults.topk_method;
  if (const auto name = fields.optional_text("topk_method")) {
    if (*name == "greedy")
      config.topk_method = topk_method::greedy;
    else if (*name == "group_limited_greedy")
      config.topk_method = topk_method::group_limited_greedy;
    else if (*name == "noaux_tc")
      config.topk_method = topk_method::noaux_tc;
    else
      fields.refuse_value(error_code::unsupported_model, "topk_method",
                          "\"greedy\", \"group_limited_greedy\", \"noaux_tc\"");
  }
  config.scoring_func = defaults.scoring_func;
  if (const auto name = fields.optional_text("scoring_func")) {
    if (*name == "softmax")
      config.scoring_func = scoring_func::softmax;
    else if (*name == "sigmoid")
      config.scoring_func = scoring_func::sigmoid;
    else
      fields.refuse_value(error_code::unsupported_model, "scoring_func",
                          "\"softmax\", \"sigmoid\"");
  }
}

/// Keys that must be present although null is a valid value: a missing key would silently load
/// another model.
void require_present(field_reader& fields, std::string_view key) {
  if (!fields.has(key) && fields.found(key) == "missing")
    fields.refuse_value(error_code::invalid_config, key, "an integer, or null for none");
}

/// Checks the groups and the number of experts in them; greedy routing has no groups.
void check_groups(field_reader& fields, const model_config& config) {
  const std::int32_t experts = config.n_routed_experts;
  const bool grouped = config.topk_method != topk_method::greedy;
  if (grouped && experts % config.n_group != 0)
    fields.refuse_value(error_code::invalid_config, "n_group",
                        fmt::format("a divisor of n_routed_experts, which is {}", experts));
  if (grouped && config.n_group > 1 && !fields.has("topk_group"))
    fields.refuse_value(error_code::invalid_config, "topk_group",
                        fmt::format("an integer from 1 to n_group, which is {}", config.n_group));
  if (grouped && config.topk_group > config.n_group)
    fields.refuse_value(error_code::invalid_config, "topk_group",
                        fmt::format("at most n_group, which is {}", config.n_group));
  if (!fields.ok())
    return;
  const std::int32_t group_size = experts / config.n_group;
  // The score of a group is the sum of its two best experts.
  if (config.topk_method == topk_method::noaux_tc && config.n_group > 1 && group_size < 2)
    fields.refuse_value(error_code::invalid_config, "n_group",
                        fmt::format("at most half of n_routed_experts, which is {}", experts));
  const std::int64_t available =
      grouped ? std::int64_t{group_size} * config.topk_group : std::int64_t{experts};
  if (config.num_experts_per_tok > available)
    fields.refuse_value(
        error_code::invalid_config, "num_experts_per_tok",
        fmt::format("at most {}, the experts that routing leaves to choose from", available));
}

void read_experts(field_reader& fields, const family_defaults& defaults, model_config& config) {
  config.first_k_dense_replace = narrow(
      fields.integer_or("first_k_dense_replace", defaults.first_k_dense_replace, layers_range));
  config.moe_layer_freq = narrow(fields.integer_or("moe_layer_freq", 1, {1, layers_range.most}));
  read_routing_names(fields, defaults, config);
  config.norm_topk_prob = fields.boolean_or("norm_topk_prob", defaults.norm_topk_prob);
  config.routed_scaling_factor =
      fields.number_or("routed_scaling_factor", defaults.routed_scaling_factor, {0.0, 1e6, true});
  config.n_group = narrow(fields.integer_or("n_group", 1, {1, experts_range.most}));
  config.topk_group = narrow(fields.integer_or("topk_group", 1, {1, experts_range.most}));
  require_present(fields, "n_routed_experts");
  config.n_routed_experts = narrow(fields.integer_or("n_routed_experts", 0, experts_range));
  config.n_shared_experts = narrow(fields.integer_or("n_shared_experts", 0, experts_range));
  if (config.n_routed_experts == 0)
    return;

  require_present(fields, "n_shared_experts");
  config.num_experts_per_tok =
      narrow(fields.integer("num_experts_per_tok", {1, config.n_routed_experts}));
  config.moe_intermediate_size = narrow(fields.integer("moe_intermediate_size", width_range));
  if (std::int64_t{config.n_shared_experts} * config.moe_intermediate_size >
      limits::config_width_max)
    fields.refuse_value(error_code::invalid_config, "n_shared_experts",
                        fmt::format("at most {} shared rows (n_shared_experts times "
                                    "moe_intermediate_size, which is {})",
                                    limits::config_width_max, config.moe_intermediate_size));
  if (std::int64_t{config.n_routed_experts} * config.num_hidden_layers >
      limits::config_expert_blocks_max)
    fields.refuse_value(error_code::invalid_config, "n_routed_experts",
                        fmt::format("at most {} experts in all {} layers together",
                                    limits::config_expert_blocks_max, config.num_hidden_layers));
  check_groups(fields, config);
}

/// Checks keys with only one supported value, that of every DeepSeek model.
void check_fixed_fields(field_reader& fields) {
  if (const auto act = fields.optional_text("hidden_act"); act && *act != "silu")
    fields.refuse_value(error_code::unsupported_model, "hidden_act", "\"silu\"");
  for (const char* bias : {"attention_bias", "mlp_bias"})
    if (fields.boolean_or(bias, false))
      fields.refuse_value(error_code::unsupported_model, bias, "false");
  if (!fields.boolean_or("rope_interleave", true))
    fields.refuse_value(error_code::unsupported_model, "rope_interleave", "true");
}

void read_dtype(field_reader& fields, model_config& config) {
  for (const char* key : {"dtype", "torch_dtype"}) {
    const auto name = fields.optional_text(key);
    if (!name)
      continue;
    const auto dtype = parse_compute_dtype(*name);
    if (!dtype)
      fields.refuse_value(error_code::unsupported_model, key,
                          "\"float32\", \"bfloat16\", \"float16\"");
    config.torch_dtype = dtype;
  }
}

} // namespace

result<model_config> parse_model_config(std::string_view json) {
  HADAL_TRY_ASSIGN(root, parse_json_object(json, "config.json"));
  model_config config;
  HADAL_TRY(read_architecture(root, config));
  const family_defaults& defaults =
      config.arch == architecture::deepseek_v2 ? v2_defaults : v3_defaults;

  field_reader fields(root);
  read_dimensions(fields, config);
  check_head_rows(fields, config);
  read_experts(fields, defaults, config);
  check_fixed_fields(fields);
  read_dtype(fields, config);
  config.num_nextn_predict_layers =
      narrow(fields.integer_or("num_nextn_predict_layers", 0, layers_range));
  config.bos_token_id = fields.integer_or("bos_token_id", -1, token_range);
  config.eos_token_id = fields.integers("eos_token_id", token_range);
  HADAL_TRY(fields.status());

  HADAL_TRY_ASSIGN(rope, parse_rope(root, config.max_position_embeddings));
  config.rope_theta = rope.rope_theta;
  config.rope_scaling = rope.scaling;
  HADAL_TRY_ASSIGN(quantization, parse_quantization(root));
  config.quantization = quantization;
  return config;
}

result<model_config> load_model_config(const std::filesystem::path& file) {
  HADAL_TRY_ASSIGN(text, read_text_file(file, limits::config_bytes_max));
  auto config = parse_model_config(text);
  if (!config)
    config.error().message = fmt::format("{}: {}", file.string(), config.error().message);
  return config;
}

} // namespace hadal::model
