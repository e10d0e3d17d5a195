#pragma once
// LOADER: reads the checkpoint and makes the executor that a shard will own; reading is parallel
// and blocks only its own thread. The supervisor asks once per shard it starts; the answer is the
// executor or a failure that names file, tensor and reason.

#include "actors/protocol/inspect.hpp"
#include "actors/protocol/service.hpp"
#include "base/error.hpp"
#include "model/execution/step_executor.hpp"

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

struct load_model {};

/// Loaded together with the weights: facts, the scheduler's limits (some follow from the model's
/// context), and the text tools (all null with --skip-tokenizer-init).
struct loaded_text {
  model_facts facts;
  std::uint32_t chunked_prefill_size = 0;
  std::uint32_t max_queued_requests = 0;
  std::uint64_t max_queued_tokens = 0;
  std::shared_ptr<const model::tokenizer> tokenizer;
  std::shared_ptr<const model::chat_encoder> encoder;
  std::shared_ptr<const model::token_vocabulary> vocabulary; // the vocabulary of grammars
};

struct loaded_model {
  /// One-shot box: messages must be copyable, an executor has one owner. Null on failure.
  std::shared_ptr<std::unique_ptr<model::step_executor>> executor;
  std::shared_ptr<const loaded_text> text; // null on failure
  std::optional<error> failure;
};

using loader_actor = caf::typed_actor<
    // Reads the checkpoint and packs the weights.
    caf::replies_to<load_model>::with<loaded_model>>;

HADAL_INSPECT(load_model)

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::loaded_model)
