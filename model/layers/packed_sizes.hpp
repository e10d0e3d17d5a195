#pragma once
// The memory that a model's weights take once they are packed, known before loading.

#include "kernels/ops/backend.hpp"
#include "model/weights/weight_source.hpp"

#include <cstdint>

namespace hadal::model {

/// Bytes of all weights that a model of this config loads into `backend`, from the names, types
/// and shapes of the source's tensors; none is read. MTP layers are not loaded and do not count.
/// Errors: invalid_checkpoint (a tensor is missing or of another type; param = the tensor).
result<std::uint64_t> packed_weight_bytes(const kernels::backend& backend,
                                          const weight_source& source, const model_config& config);

} // namespace hadal::model
