#pragma once
// The state of the whole service as gateways see it: the supervisor is its one owner and tells
// every gateway whenever it changes. Handles are the current ones; a gateway hands them to the
// sessions that it starts.

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

namespace hadal::protocol {

enum class service_phase : std::uint8_t {
  starting, // weights are loading: 503 `starting`
  ready,
  rebuilding, // a scheduler or shard died and is started again: 503 `model_failed`
  draining,   // going down: 503 `draining`
};

/// What requests have to know of the model.
struct model_facts {
  std::string path;                    // as `--model-path` says, or the default model's
  bool has_tokenizer = true;           // false with --skip-tokenizer-init
  std::vector<token_id> eos_token_ids; // of config, generation_config and tokenizer
  model::generation_config generation; // empty with --sampling-defaults openai
  bool add_bos_token = false;          // of raw prompts
  model::reasoning_parser reasoning_parser = model::reasoning_parser::none;
  model::tool_call_parser_kind tool_call_parser = model::tool_call_parser_kind::none;
  bool live_tool_calls = false;                   // streamed arguments leave as they come
  std::optional<model::thinking_tokens> thinking; // none: it has no marks of reasoning
};

struct service_parts {
  scheduler_actor scheduler;
  std::vector<tokenizer_actor> tokenizers;
  std::vector<parser_actor> parsers;
  grammar_actor compiler; // the one that sessions ask
  model::executor_info executor;
  model_facts facts;
};

struct service_status {
  service_phase phase = service_phase::starting;
  std::shared_ptr<const service_parts> parts; // null until the model is loaded
};

} // namespace hadal::protocol

HADAL_IN_PROCESS(hadal::protocol::service_status)
