#pragma once
// GATEWAY: one per io thread, pinned to it. It owns the streams of that thread's connections and
// the order of their writes. The parser sends it one `step_deltas` per step; sessions tell it how a
// request begins and ends. Per stream it sends `return_credit` to the scheduler once bytes have
// left the socket, so a client that does not read stops only its own sequences. When a client hangs
// up the gateway tells the session (`client_gone`) and writes nothing more. When a session dies the
// gateway ends its stream with an error. When the gateway itself dies its connections close; the
// supervisor starts another.

#include "actors/protocol/inspect.hpp"
#include "actors/protocol/service.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "net/http/handler.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::protocol {

/// A token with its log probability. `bytes` point into the vocabulary, which outlives every
/// message.
struct token_entry {
  token_id id = 0;
  std::string_view bytes;
  float logprob = 0.0f;
  bool has_logprob = true; // false: the first token of a prompt
  struct candidate {
    token_id id = 0;
    std::string_view bytes;
    float logprob = 0.0f;
  };
  std::vector<candidate> top; // best first
};

/// A piece of a tool call. The first piece has its id and name.
struct tool_call_piece {
  std::uint32_t index = 0; // number of the call in the choice, from 0
  std::string id;
  std::string name;
  std::string arguments;
};

/// tool_calls: the model ended by itself after at least one complete call.
enum class finish_kind : std::uint8_t { stop, length, tool_calls, failed };

struct finish_info {
  finish_kind kind = finish_kind::stop;
  std::string matched_stop;                   // the stop string that ended it, if any
  std::optional<token_id> matched_stop_token; // the end token that ended it, if any
  error failure;                              // only when kind is failed
};

/// The part of one choice that one step adds.
struct sequence_delta {
  net::exchange_id exchange{};
  std::uint32_t choice = 0; // index among all choices of the exchange (prompt-major for batches)
  sequence_id sequence{};
  std::string text;      // of a chat: its content
  std::string reasoning; // chat only
  std::vector<tool_call_piece> tool_calls;
  std::vector<token_entry> logprobs; // of tokens whose text is in the answer; only if requested
  std::vector<token_entry> prompt_logprobs; // of the prompt, with the first delta, if requested
  std::vector<token_id> token_ids;          // sampled in this step; only if requested
  std::uint32_t completion_tokens = 0;      // so far, all sampled tokens of the choice
  std::uint32_t reasoning_tokens = 0;       // so far, up to the end of the reasoning
  std::optional<finish_info> finish;
};

struct step_deltas {
  std::shared_ptr<const std::vector<sequence_delta>> deltas;
};

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
    // Writes the deltas of one step.
    caf::reacts_to<step_deltas>,
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
    caf::reacts_to<fail_open_requests>>;

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::step_deltas)
HADAL_IN_PROCESS(hadal::protocol::request_prepared)
HADAL_IN_PROCESS(hadal::protocol::request_failed)
HADAL_IN_PROCESS(hadal::protocol::whole_answer)
HADAL_IN_PROCESS(hadal::protocol::fail_open_requests)

namespace hadal::protocol {
HADAL_INSPECT(count_open)
HADAL_INSPECT(open_count, x.requests)
} // namespace hadal::protocol
