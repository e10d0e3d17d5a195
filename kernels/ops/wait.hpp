#pragma once
// Waits for a backend where nothing else can be done meanwhile: benches, tests, shutting down.

#include "kernels/ops/backend.hpp"

namespace hadal::kernels {

/// Blocks until all that is enqueued has run. Errors: the backend's first failure.
result<void> wait(backend& backend);

} // namespace hadal::kernels
