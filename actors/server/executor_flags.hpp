#pragma once
// What the flags of a model say to its executor: for the server and for `hadal bench step`.

#include "actors/server/options.hpp"
#include "model/execution/make_executor.hpp"

#include <filesystem>

namespace hadal::server {

/// Weights, arithmetic, kernels and the deterministic switch. Threads and everything that is sized
/// (pages, slots, context, rows of a step) are left to the caller.
model::executor_options executor_options_of(const serve_options& options,
                                            const model::model_config& config,
                                            const std::filesystem::path& directory);

} // namespace hadal::server
