#pragma once
// PARSER: turns the tokens of its choices into reasoning, content and tool calls. The scheduler
// sends it one `step_tokens` per step with an entry per sequence; the first entry of a sequence has
// its `output_spec`. It sends each sink, the gateway of a choice, one `step_deltas` per step. For a
// stop string found in the text it sends `stop_sequence` to the scheduler; tokens sampled after it
// are neither shown nor counted. The state of a choice is a function of the choice's tokens. A
// failure in parsing one choice ends only that choice. When the parser itself dies, the scheduler
// ends its sequences with an error.

#include "actors/protocol/inspect.hpp"
#include "base/ids.hpp"
#include "model/chat/output/answer_splitter.hpp"
#include "model/execution/step_executor.hpp"
#include "net/http/handler.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::protocol {

/// The part of one choice that one step adds.
struct sequence_delta {
  net::exchange_id exchange{};
  std::uint32_t choice = 0; // index among all choices of the exchange (prompt-major for batches)
  sequence_id sequence{};
  model::output_delta output;
  // Of tokens whose text is in the answer, and of the prompt, with the first delta. Only if
  // requested.
  std::vector<model::scored_token> logprobs;
  std::vector<model::scored_token> prompt_logprobs;
  std::vector<token_id> token_ids;     // sampled in this step; only if requested
  std::uint32_t completion_tokens = 0; // so far, all sampled tokens of the choice
  std::uint32_t reasoning_tokens = 0;  // so far, up to the end of the reasoning
};

struct step_deltas {
  std::shared_ptr<const std::vector<sequence_delta>> deltas;
};

/// The narrow role that receives parsed answers; a gateway has it.
using delta_sink_actor = caf::typed_actor<
    // Takes the deltas of one step.
    caf::reacts_to<step_deltas>>;

/// How one choice's tokens become an answer, and for whom.
struct output_spec {
  net::exchange_id exchange{};
  std::uint32_t choice = 0;
  delta_sink_actor sink;         // of its deltas
  std::vector<std::string> stop; // none is empty
  bool include_stop_str_in_output = false;
  model::answer_format format; // the parts of the text
  bool skip_special_tokens = true;
  std::int32_t min_tokens = 0; // stop strings do not count before this many completion tokens
  bool logprobs = false;
  bool logprobs_of_all_tokens = false; // with `logprobs`: also hidden tokens and those held back
  bool return_token_ids = false;
};
using output_spec_ptr = std::shared_ptr<const output_spec>;

struct sequence_tokens {
  sequence_id sequence{};
  output_spec_ptr open;                     // only with the first entry of a sequence
  std::vector<model::scored_token> scores;  // of the prompt; only with the first entry
  std::vector<model::sampled_token> tokens; // in order; none: the sequence ends without another one
  /// How the sequence ends, as known from its tokens: stop (the last of `tokens` is the end token,
  /// not part of the text), length or failed.
  std::optional<model::finish> finish;
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

HADAL_IN_PROCESS(hadal::protocol::step_deltas)
HADAL_IN_PROCESS(hadal::protocol::step_tokens)
HADAL_IN_PROCESS(hadal::protocol::forget_sequences)
