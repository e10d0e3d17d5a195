#pragma once
// SUPERVISOR: one per process; starts the parts of the service, watches them, and acts when one
// dies as the table in actors/server/supervisor.hpp says. Main tells it to drain; it answers when
// every open request has ended or the deadline has passed. It ends with a reason other than
// `normal` when the service cannot go on: main then ends the process, non-zero.

#include "actors/protocol/inspect.hpp"
#include "actors/protocol/tokenizer.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>

namespace hadal::protocol {

/// Starts loading the model; sent once.
struct start_service {};

/// Refuses new requests and lets open ones end, at most for this time.
struct drain_service {
  std::uint32_t timeout_ms = 0;
};

struct service_drained {
  std::uint64_t cut_requests = 0; // still open at the deadline, ended with an error
};

/// A session's tokenizer died before it answered; the answer is a running tokenizer.
struct replace_tokenizer {};

struct replacement_tokenizer {
  tokenizer_actor tokenizer;
};

using supervisor_actor = caf::typed_actor<
    // Starts loading.
    caf::reacts_to<start_service>,
    // Drains, and answers once no request is open.
    caf::replies_to<drain_service>::with<service_drained>,
    // Returns a running tokenizer.
    caf::replies_to<replace_tokenizer>::with<replacement_tokenizer>>;

HADAL_INSPECT(start_service)
HADAL_INSPECT(drain_service, x.timeout_ms)
HADAL_INSPECT(service_drained, x.cut_requests)
HADAL_INSPECT(replace_tokenizer)

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::replacement_tokenizer)
