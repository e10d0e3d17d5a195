#pragma once
// The state of the whole service for gateways: the supervisor owns it and sends every change to
// every gateway. Handles are the current ones; a gateway passes them to the sessions that it
// starts.

#include "actors/protocol/grammar.hpp"
#include "actors/protocol/inspect.hpp"
#include "actors/protocol/parser.hpp"
#include "actors/protocol/scheduler.hpp"
#include "actors/protocol/tokenizer.hpp"
#include "model/chat/output/output_parsers.hpp"
#include "model/config/model_config.hpp"
#include "model/execution/step_executor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::model {
class tokenizer;
} // namespace hadal::model

namespace hadal::protocol {

enum class service_phase : std::uint8_t {
  starting, // weights are loading: 503 `starting`
  ready,
  rebuilding, // a shard died and restarts: 503 `model_failed`
  draining,   // stopping: 503 `draining`
};

/// The facts about the model that requests need.
struct model_facts {
  std::string path;                    // `--model-path`, or the default model's
  bool has_tokenizer = true;           // false with --skip-tokenizer-init
  std::vector<token_id> eos_token_ids; // of config, generation_config and tokenizer
  model::generation_config generation; // empty with --sampling-defaults openai
  bool add_bos_token = false;          // of raw prompts
  model::reasoning_parser reasoning_parser = model::reasoning_parser::none;
  model::tool_call_parser_kind tool_call_parser = model::tool_call_parser_kind::none;
  bool live_tool_calls = false;                   // streamed arguments are sent as they arrive
  std::optional<model::thinking_tokens> thinking; // none: no marks of reasoning
};

/// A scheduler and what the executor of its shard can do.
struct engine_part {
  scheduler_actor scheduler;
  model::executor_info executor;
};

struct service_parts {
  std::vector<engine_part> engines; // of the same model; never empty
  std::vector<tokenizer_actor> tokenizers;
  std::vector<parser_actor> parsers;
  grammar_actor compiler; // the grammar actor that sessions ask
  model_facts facts;
  std::shared_ptr<const model::tokenizer> vocabulary; // the bytes of tokens; null without one
};

struct service_status {
  service_phase phase = service_phase::starting;
  std::shared_ptr<const service_parts> parts; // null until the model is loaded
};

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::service_status)
