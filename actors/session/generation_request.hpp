#pragma once
// A request for generated text as one record, whichever endpoint it came from. It is made once,
// from the decoded body of /v1/chat/completions, /v1/completions or /generate; the session reads
// only this record. Making it is pure.

#include "actors/protocol/service.hpp"
#include "actors/protocol/tokenizer.hpp"
#include "actors/session/answer_constraints.hpp"
#include "base/result.hpp"
#include "net/native/generate_request.hpp"
#include "net/openai/chat_request.hpp"
#include "net/openai/completion_request.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::actors {

/// The log probabilities that a request asks for.
struct requested_logprobs {
  bool logprobs = false;
  std::int32_t top_logprobs = 0;
  std::int32_t prompt_from = -1; // of the prompt, from this position on; -1: none
  bool all_tokens = false;       // of every sampled token, also those without visible text
};

/// How the text of a chat's answer is taken apart.
struct chat_parsing {
  net::tool_choice choice = net::tool_choice::none;
  bool parallel_tool_calls = true;
  bool separate_reasoning = true;
  bool stream_reasoning = true;
};

chat_parsing chat_parsing_of(const net::chat_request& request);

/// One prompt and how it is continued.
struct generation_prompt {
  std::string name; // as the client would write it, for errors: `prompt`, `input_ids[3]`
  std::shared_ptr<const protocol::prompt_source> source;
  std::shared_ptr<const net::generation_fields> fields; // never null; prompts may share them
  requested_logprobs logprobs;
};

struct generation_request {
  std::vector<generation_prompt> prompts; // never empty
  std::optional<chat_parsing> chat;       // empty: the answer is text that is not taken apart
  bool wants_prompt_text = false;         // the prompt's text is part of the answer (`echo`)
  /// With an explicit seed the choices of each prompt are seeded as if it came alone; otherwise
  /// they are numbered through all prompts.
  bool seeds_prompts_alone = false;
  answer_constraints constraints; // by prompt
  std::string begin_of_calls;     // of calls that may replace a chat's constrained text
};

/// Errors: invalid_request (param = "stop": needs text, and the server has no tokenizer;
/// "tool_choice" or "tools": calls must be constrained, but the model's chat format has none).
result<generation_request> generation_request_of(net::chat_request request,
                                                 const protocol::model_facts& facts);

/// Errors: invalid_request (param = "stop" or "echo": needs text, and the server has no tokenizer).
result<generation_request> generation_request_of(net::completion_request request,
                                                 const protocol::model_facts& facts);

/// Errors: invalid_request (param = "stop": needs text, and the server has no tokenizer).
result<generation_request> generation_request_of(net::generate_request request,
                                                 const protocol::model_facts& facts);

} // namespace hadal::actors
