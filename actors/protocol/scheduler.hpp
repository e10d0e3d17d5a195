#pragma once
// SCHEDULER: owns queue, page pool, running set and the order of steps. Sessions submit and
// cancel; the shard returns one `step_result` for each step, which is also the credit for
// the next one; parsers stop sequences; gateways return stream credit. It plans after each
// of these messages, never on a timer. Flow: at most `steps_in_flight_max` steps are in
// flight. A sequence without stream credit is left out of steps. Cancel: pages and slot are
// free once the message is handled; tokens of steps in flight are discarded. A cancel may
// overtake the `submit_sequences` of its session; that is harmless, because the scheduler
// watches the session, and watching an ended session reports its end at once. Peers: a
// session that dies cancels its request; a parser or gateway that dies ends the sequences it
// served; a shard that dies ends every running sequence with `model_failed` (waiting ones
// wait for the next shard). Masks: the sampling of a step with sequences under a grammar
// waits until the grammar actor has answered, while the forward runs; an answer that cannot
// continue, and answers whose masks were requested from a grammar actor that died, end with
// an error.

#include "actors/protocol/grammar.hpp"
#include "actors/protocol/inspect.hpp"
#include "actors/protocol/parser.hpp"
#include "actors/protocol/shard.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "model/execution/step_executor.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace hadal::protocol {

/// One choice to run.
struct sequence_spec {
  sequence_id sequence{};
  std::shared_ptr<const std::vector<token_id>> prompt_ids; // never empty
  model::sampling_params sampling;
  std::uint64_t seed = 0;      // of this choice
  std::int32_t max_tokens = 0; // >= 0; prompt + max_tokens fits the context
  // Prompt tokens from this position on are scored, position 0 without a log probability; -1: none.
  // Code that reuses KV of other requests must leave the positions from scored_from - 1 on to be
  // computed.
  std::int32_t scored_from = -1;
  std::int32_t scored_top = 0; // number of most likely tokens reported with each
  output_spec_ptr output;
  parser_actor parser;
  model::output_constraint_ptr constraint; // null: no constraint
};

/// Submits all choices of a request; all are admitted or none.
struct submit_sequences {
  request_id request{};
  std::shared_ptr<const std::vector<sequence_spec>> sequences;
};

struct admission {
  std::optional<error> refusal; // queue_full
};

struct cancel_request {
  request_id request{};
};

/// The text of this sequence is complete: its parser found a stop string.
struct stop_sequence {
  sequence_id sequence{};
};

struct returned_credit {
  sequence_id sequence{};
  std::uint32_t tokens = 0;
};

struct return_credit {
  std::vector<returned_credit> credits;
};

/// From the supervisor: a shard with a loaded model, the first or a new one.
struct shard_ready {
  shard_actor shard;
  model::executor_info info;
};

/// From the supervisor: the actor that fills masks, the first or a new one.
struct grammar_ready {
  grammar_actor grammar;
};

using scheduler_actor = caf::typed_actor<
    // Takes a shard.
    caf::reacts_to<shard_ready>,
    // Requests masks from this actor from now on.
    caf::reacts_to<grammar_ready>,
    // Queues the choices of a request, or refuses them.
    caf::replies_to<submit_sequences>::with<admission>,
    // Cancels a request.
    caf::reacts_to<cancel_request>,
    // Ends a sequence whose text is complete.
    caf::reacts_to<stop_sequence>,
    // Lets sequences continue whose clients have read.
    caf::reacts_to<return_credit>>::extend_with<step_listener_actor>;

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::submit_sequences)
HADAL_IN_PROCESS(hadal::protocol::admission)
HADAL_IN_PROCESS(hadal::protocol::return_credit)
HADAL_IN_PROCESS(hadal::protocol::shard_ready)
HADAL_IN_PROCESS(hadal::protocol::grammar_ready)
HADAL_IN_PROCESS(hadal::protocol::cancel_request)
HADAL_IN_PROCESS(hadal::protocol::stop_sequence)
