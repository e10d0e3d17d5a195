#pragma once
// Sampling for callers with a thread of their own to wait in: benches and tests. An actor never
// waits (docs/STYLE.md, rule 10).

#include "model/execution/step_executor.hpp"

namespace hadal::model {

/// Samples and blocks until the executor has called back. Errors: those of `sample`.
result<sample_result> sample_and_wait(step_executor& executor, const sample_batch& batch);

} // namespace hadal::model
