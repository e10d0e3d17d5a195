#pragma once
// SHARD: one per GPU or CPU rank, on its own thread; owns device, weights and KV memory through one
// step_executor. The supervisor sends `load_executor` once; the shard then makes its executor,
// which reads the weights and blocks only its own thread. After that the scheduler sends
// `forward_step` and `sample_step` for each step, in step order and only from one sender; the shard
// runs them in order and answers every `sample_step` with one `step_result` to the listener named
// in it, in step order, sent by the executor's own thread if it has one. A result may therefore
// arrive after its shard has ended: the listener compares ids and drops it. The shard has no queue
// limit of its own: the scheduler's step credits bound it. A failed forward or sample ends the
// shard with an error; its watchers decide what follows.

#include "actors/protocol/inspect.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "model/execution/step_executor.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace hadal::protocol {

/// Makes the executor of a shard, in the shard's thread; blocks until the weights are loaded. Every
/// call reads them again. Its error names file, tensor and reason.
using executor_maker = std::function<result<std::unique_ptr<model::step_executor>>()>;

struct load_executor {};

struct executor_loaded {
  std::optional<model::executor_info> info; // empty on failure
  std::optional<error> failure;
};

struct step_result {
  std::shared_ptr<const model::sample_result> result;
};

/// The narrow role that receives finished steps.
using step_listener_actor = caf::typed_actor<
    // One step has been sampled; also the credit for the next step.
    caf::reacts_to<step_result>>;

struct forward_step {
  model::forward_batch_ptr batch;
};

struct sample_step {
  model::sample_batch_ptr batch;
  step_listener_actor listener;
};

using shard_actor = caf::typed_actor<
    // Makes the executor.
    caf::replies_to<load_executor>::with<executor_loaded>,
    // Runs one forward.
    caf::reacts_to<forward_step>,
    // Samples the rows of the last forward.
    caf::reacts_to<sample_step>>;

} // namespace hadal::protocol

namespace hadal::protocol {
HADAL_INSPECT(load_executor)
} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::executor_loaded)
HADAL_IN_PROCESS(hadal::protocol::step_result)
HADAL_IN_PROCESS(hadal::protocol::forward_step)
HADAL_IN_PROCESS(hadal::protocol::sample_step)
