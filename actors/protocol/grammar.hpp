#pragma once
// GRAMMAR: compiles the constraints of requests and computes which tokens fit next. There are two
// such actors: sessions ask one to compile, so that a costly source delays no tokens; the scheduler
// asks the other for masks while the forward pass runs. Every request gets one answer. The state of
// an answer (`constrained_output`) belongs to its sequence: `fill_masks` lends it, and the
// scheduler does not touch it until the masks are back. The failure of one source or one answer is
// a field of the answer; an error answer means that the grammar actor itself died, and then only
// its open requests are lost.

#include "actors/protocol/inspect.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "kernels/ops/token_mask.hpp"
#include "model/grammar/compile_constraint.hpp"
#include "model/grammar/constrained_output.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace hadal::protocol {

struct compile_grammar {
  std::shared_ptr<const model::constraint_source> source;
  std::shared_ptr<const std::atomic<bool>> cancelled; // set by a session that no longer needs it
};

struct grammar_answer {
  model::compiled_grammar_ptr grammar; // null on failure
  std::optional<error> failure;        // invalid_request, cancelled
};

/// One row of a step: what its sequence has emitted since the last mask, and its state.
struct mask_request {
  sequence_id sequence{};
  std::vector<token_id> tokens;
  std::shared_ptr<model::constrained_output> state;
};

struct fill_masks {
  step_id step{};
  std::shared_ptr<const std::vector<mask_request>> rows;
};

struct row_mask {
  sequence_id sequence{};
  kernels::token_mask_ptr mask; // null on failure
  std::optional<error> failure;
};

struct step_masks {
  step_id step{};
  std::shared_ptr<const std::vector<row_mask>> rows; // as asked
};

using grammar_actor = caf::typed_actor<
    // Compiles a source.
    caf::replies_to<compile_grammar>::with<grammar_answer>,
    // Advances answers and returns their masks.
    caf::replies_to<fill_masks>::with<step_masks>>;

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::compile_grammar)
HADAL_IN_PROCESS(hadal::protocol::grammar_answer)
HADAL_IN_PROCESS(hadal::protocol::fill_masks)
HADAL_IN_PROCESS(hadal::protocol::step_masks)
