#pragma once
// The parts of an answer: plain views that the encoders (stream_encoder.hpp, answer_builder.hpp)
// read during a call and do not keep.

#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace hadal::net {

/// The members that every chunk and answer of one request begins with.
struct answer_identity {
  std::string id;           // "chatcmpl-..." or "cmpl-..."
  std::int64_t created = 0; // Unix seconds
  std::string model;        // as the client named it
};

enum class finish_reason : std::uint8_t { stop, length, tool_calls, abort };

/// "stop", "length", ... as on the wire.
std::string_view to_string(finish_reason reason) noexcept;

/// The stop string or end token that ended a choice; monostate (null on the wire) for other ends.
using matched_stop = std::variant<std::monostate, std::string, token_id>;

struct choice_end {
  finish_reason reason = finish_reason::stop;
  matched_stop matched{};
};

struct token_usage {
  std::int64_t prompt_tokens = 0;     // counted once per prompt, for any number of choices
  std::int64_t completion_tokens = 0; // over all choices, end tokens included
  std::optional<std::int64_t> cached_prompt_tokens{};
  std::optional<std::int64_t> reasoning_tokens{};
};

/// One entry of top_logprobs.
struct top_logprob {
  token_id token = 0;
  std::optional<std::string_view> bytes{}; // the token's own bytes; nullopt: a row without an entry
  float logprob = 0;
};

/// One sampled token, or one of a prompt, with its logprobs, most probable alternatives first.
struct token_logprob {
  token_id token = 0;
  std::optional<std::string_view> bytes{}; // may be a partial character
  float logprob = 0;
  std::span<const top_logprob> top{};
  std::int64_t text_offset = 0; // completions only: characters of the answer's text before it
  bool has_logprob = true;      // false: the first token of a prompt
};

/// The name of a token in logprobs: its text; `bytes:\xe4\xb8` when its bytes alone are not UTF-8;
/// `token_id:N` when asked for or when it has no bytes.
std::string logprob_token_name(token_id token, std::optional<std::string_view> bytes, bool as_id);

/// One piece of a tool call. The first piece has id and name; later pieces add arguments.
struct tool_call_delta {
  std::int32_t index = 0; // number of the call in the choice, from 0
  std::string_view id{};
  std::string_view name{};
  std::string_view arguments{};
};

/// The part of a chat choice that one step adds. Absent members are not written.
struct chat_delta {
  std::optional<std::string_view> reasoning_content{};
  std::optional<std::string_view> content{};
  std::span<const tool_call_delta> tool_calls{};
  std::span<const token_logprob> logprobs{};
  std::span<const token_id> token_ids{}; // written with return_token_ids
};

/// The part of a completion choice that one step adds.
struct completion_delta {
  std::string_view text{};
  std::span<const token_logprob> logprobs{};
  std::span<const token_id> token_ids{}; // written with return_token_ids
};

/// The form of the answer that the request asked for; the same for streams and whole answers.
struct answer_options {
  bool logprobs = false;
  bool tokens_as_ids = false; // return_tokens_as_token_ids
  bool return_token_ids = false;
  bool reasoning_active = false; // chat: reasoning_content is null rather than absent when empty
  bool include_usage = false;    // streams: "usage": null in every chunk but the last
};

} // namespace hadal::net
