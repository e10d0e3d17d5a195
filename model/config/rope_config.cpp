#include "base/limits.hpp"
#include "model/config/config_parts.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hadal::model {

namespace {

constexpr number_range theta_range{1.0, 1e12, true};
constexpr number_range factor_range{1.0, 1e6};
constexpr number_range beta_range{0.0, 1e6, true};
constexpr number_range mscale_range{0.0, 1e3};
constexpr integer_range position_range{1, limits::config_positions_max};

/// The object that describes scaling, and its key; null if there is none.
struct rope_block {
  const nlohmann::json* object = nullptr;
  std::string key;
};

result<rope_block> find_block(field_reader& root) {
  const nlohmann::json* scaling = root.member("rope_scaling");
  const nlohmann::json* parameters = root.member("rope_parameters");
  if (scaling != nullptr && parameters != nullptr && *scaling != *parameters)
    return fail(error_code::invalid_config,
                "\"rope_scaling\" and \"rope_parameters\" are both given and differ, allowed: one "
                "of them",
                "rope_parameters");
  rope_block block{parameters, "rope_parameters"};
  if (parameters == nullptr)
    block = {scaling, "rope_scaling"};
  if (block.object != nullptr && !block.object->is_object())
    return fail(
        error_code::invalid_config,
        fmt::format("\"{}\" is {}, allowed: an object or null", block.key, root.found(block.key)),
        block.key);
  return block;
}

/// "default", "yarn", ... `type` is the older spelling; a file may carry both.
std::string rope_type(field_reader& block) {
  const auto type = block.optional_text("type");
  const auto rope_type = block.optional_text("rope_type");
  if (type && rope_type && *type != *rope_type)
    block.refuse(error_code::invalid_config, "rope_type",
                 fmt::format("rope \"type\" is {} but \"rope_type\" is {}, allowed: one value",
                             block.found("type"), block.found("rope_type")));
  return rope_type.value_or(type.value_or("default"));
}

/// Refuses members that change the rotation in a way that no DeepSeek model uses.
void refuse_foreign_members(field_reader& block) {
  if (block.has("attention_factor"))
    block.refuse_value(error_code::unsupported_model, "attention_factor",
                       "null (mscale and mscale_all_dim decide)");
  if (!block.boolean_or("truncate", true))
    block.refuse_value(error_code::unsupported_model, "truncate", "true");
  if (block.number_or("partial_rotary_factor", 1.0, {0.0, 1.0}) != 1.0)
    block.refuse_value(error_code::unsupported_model, "partial_rotary_factor", "1.0");
}

rope_scaling_config read_yarn(field_reader& block, std::int64_t max_position_embeddings) {
  rope_scaling_config yarn;
  yarn.factor = block.number("factor", factor_range);
  yarn.original_max_position_embeddings =
      block.integer_or("original_max_position_embeddings", max_position_embeddings, position_range);
  yarn.beta_fast = block.number_or("beta_fast", 32.0, beta_range);
  yarn.beta_slow = block.number_or("beta_slow", 1.0, beta_range);
  yarn.mscale = block.number_or("mscale", 1.0, mscale_range);
  yarn.mscale_all_dim = block.number_or("mscale_all_dim", 0.0, mscale_range);
  if (yarn.beta_fast < yarn.beta_slow)
    block.refuse_value(error_code::invalid_config, "beta_fast",
                       fmt::format("at least beta_slow, which is {}", yarn.beta_slow));
  return yarn;
}

} // namespace

result<rope_fields> parse_rope(const nlohmann::json& root, std::int64_t max_position_embeddings) {
  field_reader fields(root);
  rope_fields rope;
  rope.rope_theta = fields.number_or("rope_theta", rope.rope_theta, theta_range);
  HADAL_TRY(fields.status());
  HADAL_TRY_ASSIGN(found, find_block(fields));
  if (found.object == nullptr)
    return rope;

  field_reader block(*found.object, found.key + ".");
  rope.rope_theta = block.number_or("rope_theta", rope.rope_theta, theta_range);
  const std::string type = rope_type(block);
  refuse_foreign_members(block);
  if (type == "yarn")
    rope.scaling = read_yarn(block, max_position_embeddings);
  else if (type != "default")
    block.refuse_value(error_code::unsupported_model, block.has("rope_type") ? "rope_type" : "type",
                       "\"yarn\", \"default\"");
  HADAL_TRY(block.status());
  return rope;
}

} // namespace hadal::model
