#pragma once
// LOADER: reads what a model has besides weights: its configuration, tokenizer, chat template and
// vocabulary. Reading blocks only its own thread. The supervisor asks once, at the start; the
// answer or a failure that names file and reason is the last that the loader does. The weights are
// read by each shard (actors/protocol/shard.hpp).

#include "actors/protocol/inspect.hpp"
#include "actors/protocol/service.hpp"
#include "actors/protocol/shard.hpp"
#include "base/error.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <memory>
#include <optional>

namespace hadal::model {
class tokenizer;
class chat_encoder;
class token_vocabulary;
} // namespace hadal::model

namespace hadal::protocol {

struct load_text {};

/// Facts, the scheduler's limits (some follow from the model's context), and the text tools (all
/// null with --skip-tokenizer-init).
struct loaded_text {
  model_facts facts;
  std::uint32_t chunked_prefill_size = 0;
  std::uint32_t max_queued_requests = 0;
  std::uint64_t max_queued_tokens = 0;
  std::shared_ptr<const model::tokenizer> tokenizer;
  std::shared_ptr<const model::chat_encoder> encoder;
  std::shared_ptr<const model::token_vocabulary> vocabulary; // the vocabulary of grammars
};

struct text_loaded {
  std::shared_ptr<const loaded_text> text; // null on failure
  executor_maker make_executor;            // for the shards; empty on failure
  std::optional<error> failure;
};

using loader_actor = caf::typed_actor<
    // Reads everything but the weights.
    caf::replies_to<load_text>::with<text_loaded>>;

HADAL_INSPECT(load_text)

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::text_loaded)
