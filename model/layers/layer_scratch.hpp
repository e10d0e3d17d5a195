#pragma once
// The workspace of a layer, allocated once for the largest step and shared by all layers.

#include "kernels/ops/backend.hpp"
#include "model/config/model_config.hpp"

namespace hadal::model {

struct layer_scratch {
  kernels::tensor_view normed; // [rows, hidden_size]: the input of a block
  kernels::attention_scratch attention;
  kernels::moe_scratch moe; // its mlp also serves dense layers
};

/// Errors: out_of_memory.
result<layer_scratch> allocate_layer_scratch(kernels::backend& backend, const model_config& config,
                                             std::int64_t rows);

} // namespace hadal::model
