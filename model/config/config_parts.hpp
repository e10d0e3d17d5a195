#pragma once
// The parts of config.json that are parsed in files of their own; only model_config.cpp uses them.
// Their errors are complete: message and param as parse_model_config documents.

#include "model/config/field_reader.hpp"
#include "model/config/model_config.hpp"

#include <optional>

namespace hadal::model {

struct rope_fields {
  double rope_theta = 10000.0;
  std::optional<rope_scaling_config> scaling;
};

/// Both spellings: `rope_scaling` beside `rope_theta`, or `rope_parameters` with rope_theta inside.
/// `max_position_embeddings` replaces a missing original_max_position_embeddings.
result<rope_fields> parse_rope(const nlohmann::json& root, std::int64_t max_position_embeddings);

/// `quantization_config`; empty when absent or null.
result<std::optional<fp8_config>> parse_quantization(const nlohmann::json& root);

} // namespace hadal::model
