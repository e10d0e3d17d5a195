#pragma once
// The function that builds the whole graph: which actors run, on which threads, and which know each
// other. The only place that knows both CAF and the flags.

#include "actors/server/model_loading.hpp"
#include "actors/server/serve.hpp"

#include <memory>

namespace hadal::server {

/// Binds, spawns the graph and starts loading. Errors as `start_server`.
result<std::unique_ptr<running_server>> wire(const serve_options& options);

} // namespace hadal::server
