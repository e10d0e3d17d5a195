#pragma once
// Executor options from the flags of a model, for the server and for `hadal bench step`.

#include "actors/server/options.hpp"
#include "model/execution/make_executor.hpp"

#include <filesystem>

namespace hadal::server {

/// Weights, arithmetic, kernels and the deterministic switch. The caller sets threads and sizes
/// (pages, slots, context, rows of a step).
model::executor_options executor_options_of(const serve_options& options,
                                            const model::model_config& config,
                                            const std::filesystem::path& directory);

} // namespace hadal::server
