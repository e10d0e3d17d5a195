#include "base/limits.hpp"
#include "model/config/config_parts.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hadal::model {

namespace {

void read_block_size(field_reader& fields, fp8_config& fp8) {
  const integer_range side{1, limits::config_width_max};
  const auto block = fields.integers("weight_block_size", side);
  if (!fields.ok())
    return;
  if (!fields.has("weight_block_size")) {
    fields.refuse_value(error_code::unsupported_model, "weight_block_size",
                        "two integers, such as [128, 128] (one scale for a whole tensor is not "
                        "supported)");
    return;
  }
  if (block.size() != 2) {
    fields.refuse(error_code::invalid_config, "weight_block_size",
                  fmt::format("\"quantization_config.weight_block_size\" holds {} integers, "
                              "allowed: two, such as [128, 128]",
                              block.size()));
    return;
  }
  fp8.weight_block_rows = static_cast<std::int32_t>(block[0]);
  fp8.weight_block_cols = static_cast<std::int32_t>(block[1]);
}

/// Checks a member that may be absent and otherwise must be `only`.
void require_text(field_reader& fields, std::string_view key, std::string_view only) {
  const auto text = fields.optional_text(key);
  if (text && *text != only)
    fields.refuse_value(error_code::unsupported_model, key, fmt::format("\"{}\"", only));
}

/// A list of names, null or absent.
std::vector<std::string> read_names(field_reader& fields, std::string_view key) {
  const nlohmann::json* list = fields.member(key);
  std::vector<std::string> names;
  if (list == nullptr)
    return names;
  const auto is_name = [](const nlohmann::json& entry) {
    return entry.is_string() && !entry.get_ref<const std::string&>().empty();
  };
  if (!list->is_array() || !std::all_of(list->begin(), list->end(), is_name)) {
    fields.refuse_value(error_code::invalid_config, key, "an array of module names, or null");
    return names;
  }
  for (const auto& name : *list)
    names.push_back(name.get<std::string>());
  return names;
}

} // namespace

result<std::optional<fp8_config>> parse_quantization(const nlohmann::json& root) {
  field_reader outer(root);
  const nlohmann::json* object = outer.member("quantization_config");
  if (object == nullptr)
    return std::nullopt;
  if (!object->is_object()) {
    outer.refuse_value(error_code::invalid_config, "quantization_config", "an object or null");
    return fail(outer.status().error());
  }

  field_reader fields(*object, "quantization_config.");
  const auto method = fields.optional_text("quant_method");
  if (method != "fp8")
    fields.refuse_value(error_code::unsupported_model, "quant_method", "\"fp8\"");
  require_text(fields, "fmt", "e4m3");
  require_text(fields, "activation_scheme", "dynamic");
  require_text(fields, "scale_fmt", "ue8m0");
  fp8_config fp8;
  read_block_size(fields, fp8);
  fp8.scale_ue8m0 = fields.has("scale_fmt");
  fp8.modules_to_not_convert = read_names(fields, "modules_to_not_convert");
  HADAL_TRY(fields.status());
  return fp8;
}

} // namespace hadal::model
