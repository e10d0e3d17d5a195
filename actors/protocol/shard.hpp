#pragma once
// SHARD: one per GPU or CPU rank, on its own thread; owns device, weights and KV memory through one
// step_executor. The scheduler sends `forward_step` and `sample_step` for each step, in step order
// and only from one sender; the shard runs them in order and answers every `sample_step` with one
// `step_result` to the listener named in it, in step order, sent by the executor's own thread if it
// has one. A result may therefore arrive after its shard has ended: the listener compares ids and
// drops it. The shard has no queue limit of its own: the scheduler's step credits bound it. A
// failed forward or sample ends the shard with an error; its watchers decide what follows.

#include "actors/protocol/inspect.hpp"
#include "model/execution/step_executor.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <memory>

namespace hadal::protocol {

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
    // Runs one forward.
    caf::reacts_to<forward_step>,
    // Samples the rows of the last forward.
    caf::reacts_to<sample_step>>;

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::step_result)
HADAL_IN_PROCESS(hadal::protocol::forward_step)
HADAL_IN_PROCESS(hadal::protocol::sample_step)
