#pragma once
// GATEWAY: one per io thread, pinned to it. It owns the streams of that thread's connections and
// the order of their writes. It is the delta sink of the parsers, each of which sends it one
// `step_deltas` per step; sessions tell it how a request begins and ends. Per stream it sends
// `return_credit` to the scheduler that `request_prepared` names once bytes have left the socket,
// so a client that does not read stops only its own sequences. When a client hangs up the gateway
// tells the session (`client_gone`) and writes nothing more. When a session dies the gateway ends
// its stream with an error. When the gateway itself dies its connections close; the supervisor
// starts another.

#include "actors/protocol/inspect.hpp"
#include "actors/protocol/parser.hpp"
#include "actors/protocol/scheduler.hpp"
#include "actors/protocol/service.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "net/http/handler.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hadal::protocol {

/// A prompt of an accepted request.
struct prompt_info {
  std::uint32_t prompt_tokens = 0;
  std::string text;                                 // for `echo`
  std::uint32_t added_tokens = 0;                   // at the front, not in `text`
  std::shared_ptr<const std::vector<token_id>> ids; // for `return_token_ids`
};

/// The prompts are encoded and about to be submitted; deltas follow, or `request_failed`.
struct request_prepared {
  net::exchange_id exchange{};
  scheduler_actor scheduler; // of its sequences: takes the credit of the stream
  std::vector<prompt_info> prompts;
  std::vector<net::header_field> headers; // further headers of the answer
};

/// The request fails: with its own status if nothing has been sent, else with an error event.
struct request_failed {
  net::exchange_id exchange{};
  error failure;
};

/// A whole answer that needs no scheduler (tokenize, detokenize).
struct whole_answer {
  net::exchange_id exchange{};
  std::string body;
};

/// Asks for the number of open requests; used by the supervisor while it drains.
struct count_open {};
struct open_count {
  std::uint64_t requests = 0;
};

/// A message of the gateway to itself. It is handled after the messages that have already arrived,
/// so that all they add is written together.
struct write_streams {};

/// Ends every open request with this error (the drain's deadline has passed).
struct fail_open_requests {
  error failure;
};

using gateway_actor = caf::typed_actor<
    // Stores the prompts of an answer.
    caf::reacts_to<request_prepared>,
    // Ends a request with an error.
    caf::reacts_to<request_failed>,
    // Sends a whole answer.
    caf::reacts_to<whole_answer>,
    // Stores the phase of the service and the actors that requests are passed to.
    caf::reacts_to<service_status>,
    // Writes what messages have added since the last call.
    caf::reacts_to<write_streams>,
    // Counts the open requests.
    caf::replies_to<count_open>::with<open_count>,
    // Ends all open requests.
    caf::reacts_to<fail_open_requests>>::extend_with<delta_sink_actor>;

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::request_prepared)
HADAL_IN_PROCESS(hadal::protocol::request_failed)
HADAL_IN_PROCESS(hadal::protocol::whole_answer)
HADAL_IN_PROCESS(hadal::protocol::fail_open_requests)

namespace hadal::protocol {
HADAL_INSPECT(count_open)
HADAL_INSPECT(open_count, x.requests)
} // namespace hadal::protocol
