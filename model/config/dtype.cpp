#include "model/config/dtype.hpp"

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

compute_dtype resolve_compute_dtype(std::optional<compute_dtype> flag, const model_config& config,
                                    compute_dtype stored) noexcept {
  return flag ? *flag : config.torch_dtype.value_or(stored);
}

} // namespace hadal::model
