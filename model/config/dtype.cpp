#include "model/config/dtype.hpp"

#include <fmt/core.h>

namespace hadal::model {

std::string_view to_string(compute_dtype dtype) noexcept {
  switch (dtype) {
  case compute_dtype::float32: return "float32";
  case compute_dtype::bfloat16: return "bfloat16";
  case compute_dtype::float16: return "float16";
  }
  return "?";
}

std::optional<compute_dtype> parse_compute_dtype(std::string_view name) noexcept {
  if (name == "float32" || name == "float")
    return compute_dtype::float32;
  if (name == "bfloat16")
    return compute_dtype::bfloat16;
  if (name == "float16" || name == "half")
    return compute_dtype::float16;
  return std::nullopt;
}

result<compute_dtype> resolve_compute_dtype(std::string_view flag, const model_config& config,
                                            compute_dtype checkpoint_dtype) {
  if (flag == "auto")
    return config.torch_dtype.value_or(checkpoint_dtype);
  if (const auto named = parse_compute_dtype(flag))
    return *named;
  return fail(error_code::invalid_config,
              fmt::format("--dtype is \"{}\", allowed: auto, float32, bfloat16, float16", flag),
              "dtype");
}

} // namespace hadal::model
