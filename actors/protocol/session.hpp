#pragma once
// SESSION: one per request, pinned to its connection's io thread; owns the request's life from the
// decoded body to the end of its answer: asks the tokenizer, checks the context, submits its
// choices, cancels. Tokens do not pass through it. The gateway that started it tells it when the
// client is gone and when the answer is complete. When the scheduler dies the request ends with
// `model_failed`. When the session dies, scheduler and gateway, which watch it, cancel its
// sequences and end its stream.

#include "actors/protocol/inspect.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace hadal::protocol {

/// Starts the work; sent once, right after the session was spawned.
struct begin_request {};

/// The client hung up or was dropped.
struct client_gone {};

/// Every choice has ended and the answer is written.
struct answer_complete {};

using session_actor = caf::typed_actor<
    // Begins.
    caf::reacts_to<begin_request>,
    // Cancels.
    caf::reacts_to<client_gone>,
    // Ends.
    caf::reacts_to<answer_complete>>;

HADAL_INSPECT(begin_request)
HADAL_INSPECT(client_gone)
HADAL_INSPECT(answer_complete)

} // namespace hadal::protocol
