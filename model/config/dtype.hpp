#pragma once
// The arithmetic type of a run, from `--dtype` and the checkpoint.

#include "model/config/model_config.hpp"

#include <optional>
#include <string_view>

namespace hadal::model {

/// "float32", "bfloat16", "float16".
std::string_view to_string(compute_dtype dtype) noexcept;

/// The inverse, with the short names of torch too ("float", "half"); empty for anything else.
std::optional<compute_dtype> parse_compute_dtype(std::string_view name) noexcept;

/// Resolves `--dtype`: a given type is taken; empty (auto) means config.torch_dtype, and without
/// that `stored` (model/weights/weight_source.hpp: the type of the embedding's values, which FP8
/// checkpoints keep in bfloat16).
compute_dtype resolve_compute_dtype(std::optional<compute_dtype> flag, const model_config& config,
                                    compute_dtype stored) noexcept;

} // namespace hadal::model
