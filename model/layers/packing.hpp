#pragma once
// Packs the weights of modules in a backend: one function for each kind of weight. Errors of all:
// those of the module's format (model/weights/formats), and out_of_memory.

#include "kernels/ops/backend.hpp"
#include "model/weights/formats/weight_formats.hpp"

#include <vector>

namespace hadal::model {

/// The formats of a checkpoint's modules in a run of this backend: rows are quantised in front of
/// quantised weights unless the run leaves activations unrounded.
weight_formats formats_for(const kernels::backend& backend, const model_config& config);

/// The linears, stacked by rows into one.
result<kernels::packed_linear_ptr> load_stacked(const kernels::backend& backend,
                                                const weight_source& source,
                                                const weight_formats& formats,
                                                const std::vector<weight_module>& linears);

result<kernels::packed_norm_ptr> load_norm(const kernels::backend& backend,
                                           const weight_source& source, const weight_module& norm);

/// kv_b_proj.
result<kernels::packed_kv_b_ptr> load_kv_b(const kernels::backend& backend,
                                           const weight_source& source,
                                           const weight_formats& formats, const weight_module& kv_b,
                                           const kernels::mla_shape& shape);

result<kernels::packed_router_ptr> load_router(const kernels::backend& backend,
                                               const weight_source& source,
                                               const moe_modules& modules,
                                               const kernels::routing_shape& shape);

/// The routed experts, separate or fused.
result<kernels::packed_experts_ptr> load_experts(const kernels::backend& backend,
                                                 const weight_source& source,
                                                 const weight_formats& formats,
                                                 const moe_modules& modules);

result<kernels::packed_embedding_ptr> load_embedding(const kernels::backend& backend,
                                                     const weight_source& source,
                                                     const weight_module& embedding);

/// lm_head, or the embedding if they are tied.
result<kernels::packed_linear_ptr> load_head(const kernels::backend& backend,
                                             const weight_source& source,
                                             const outer_modules& modules);

} // namespace hadal::model
