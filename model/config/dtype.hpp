#pragma once
// The arithmetic type of a run, from `--dtype` and the checkpoint.

#include "model/config/model_config.hpp"

#include <optional>
#include <string_view>

namespace hadal::model {

/// "float32", "bfloat16", "float16".
std::string_view to_string(compute_dtype dtype) noexcept;

/// The inverse, with the short names torch also has ("float", "half"); empty for anything else.
std::optional<compute_dtype> parse_compute_dtype(std::string_view name) noexcept;

/// Resolves `--dtype`: a name decides; "auto" takes config.torch_dtype, and where the file does not
/// say, `checkpoint_dtype` (the type of the embedding's values; FP8 checkpoints keep it in
/// bfloat16). Errors: invalid_config (param "dtype").
result<compute_dtype> resolve_compute_dtype(std::string_view flag, const model_config& config,
                                            compute_dtype checkpoint_dtype);

} // namespace hadal::model
