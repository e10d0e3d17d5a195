#pragma once
// PARSER: turns the tokens of its choices into reasoning, content and tool calls. The scheduler
// sends it one `step_tokens` per step with an entry per sequence; the first entry of a sequence has
// its `output_spec`. It sends each gateway one `step_deltas` per step. For a stop string found in
// the text it sends `stop_sequence` to the scheduler; tokens sampled after it are neither shown nor
// counted. The state of a choice is a function of the choice's tokens. A failure in parsing one
// choice ends only that choice. When the parser itself dies, the scheduler ends its sequences with
// an error.

#include "actors/protocol/inspect.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "model/chat/output/answer_splitter.hpp"
#include "model/execution/step_executor.hpp"
#include "net/http/handler.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hadal::protocol {

/// How one choice's tokens become an answer, and for which gateway.
struct output_spec {
  net::exchange_id exchange{};
  std::uint32_t choice = 0;
  caf::strong_actor_ptr gateway; // a gateway_actor; untyped here because its header needs this one
  std::vector<std::string> stop; // none is empty
  bool include_stop_str_in_output = false;
  model::answer_format format;    // the parts of the text
  std::uint64_t call_id_seed = 0; // seed of the ids of this choice's calls
  bool skip_special_tokens = true;
  std::int32_t min_tokens = 0; // stop strings do not count before this many completion tokens
  bool logprobs = false;
  bool logprobs_of_all_tokens = false; // with `logprobs`: also hidden tokens and those held back
  bool return_token_ids = false;
};
using output_spec_ptr = std::shared_ptr<const output_spec>;

/// How a sequence ends, as known from its tokens.
enum class token_end : std::uint8_t { none, end_token, length, failed };

struct sequence_tokens {
  sequence_id sequence{};
  output_spec_ptr open;                     // only with the first entry of a sequence
  std::vector<model::scored_token> scores;  // of the prompt; only with the first entry
  std::vector<model::sampled_token> tokens; // in order; none: the sequence ends without another one
  token_end end = token_end::none; // end_token: the last of `tokens`, which is not part of the text
  error failure;                   // only with token_end::failed
};

struct step_tokens {
  std::shared_ptr<const std::vector<sequence_tokens>> tokens;
};

/// These sequences were cancelled: no more tokens follow.
struct forget_sequences {
  std::vector<sequence_id> sequences;
};

using parser_actor = caf::typed_actor<
    // Parses what one step sampled.
    caf::reacts_to<step_tokens>,
    // Drops the state of cancelled sequences.
    caf::reacts_to<forget_sequences>>;

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::step_tokens)
HADAL_IN_PROCESS(hadal::protocol::forget_sequences)
