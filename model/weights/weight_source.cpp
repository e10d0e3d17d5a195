#include "model/weights/weight_source.hpp"

#include <fmt/core.h>

namespace hadal::model {

result<compute_dtype> stored_dtype(const weight_source& source) {
  const std::string name = "model.embed_tokens.weight";
  const auto info = source.info(name);
  if (!info)
    return fail(error_code::invalid_checkpoint,
                fmt::format("{}: tensor \"{}\" is missing", source.origin(), name), name);
  switch (info->dtype) {
  case tensor_dtype::f32: return compute_dtype::float32;
  case tensor_dtype::bf16: return compute_dtype::bfloat16;
  case tensor_dtype::f16: return compute_dtype::float16;
  default:
    return fail(error_code::invalid_checkpoint,
                fmt::format("{}: tensor \"{}\" is {}, expected F32, BF16 or F16", source.origin(),
                            name, to_string(info->dtype)),
                name);
  }
}

} // namespace hadal::model
