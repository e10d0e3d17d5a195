#include "base/limits.hpp"
#include "model/config/field_reader.hpp"
#include "model/config/model_config.hpp"
#include "model/config/text_file.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace hadal::model {

result<generation_config> parse_generation_config(std::string_view json) {
  HADAL_TRY_ASSIGN(root, parse_json_object(json, "generation_config.json"));
  field_reader fields(root);
  generation_config config;
  config.temperature = fields.optional_number("temperature", {0.0, 1e6});
  config.top_p = fields.optional_number("top_p", {0.0, 1.0});
  config.min_p = fields.optional_number("min_p", {0.0, 1.0});
  config.repetition_penalty = fields.optional_number("repetition_penalty", {0.0, 1e6, true});
  config.do_sample = fields.optional_boolean("do_sample");
  // -1 is another common spelling of "no limit".
  config.top_k = fields.optional_integer("top_k", {-1, INT32_MAX});
  if (config.top_k == -1)
    config.top_k = 0;
  config.eos_token_id = fields.integers("eos_token_id", {0, INT32_MAX});
  HADAL_TRY(fields.status());
  return config;
}

result<generation_config> load_generation_config(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(file, ignored);
  if (status.type() == std::filesystem::file_type::not_found)
    return generation_config{};
  HADAL_TRY_ASSIGN(text, read_text_file(file, limits::config_bytes_max));
  auto config = parse_generation_config(text);
  if (!config)
    config.error().message = fmt::format("{}: {}", file.string(), config.error().message);
  return config;
}

} // namespace hadal::model
