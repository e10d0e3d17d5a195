#pragma once
// Server-sent events of one streamed request, written by hand onto a string that the caller sends:
// one `data: {...}\n\n` per call. Order for a choice: role (chat only), deltas, finish (for
// completions part of the last delta); then, for the request, usage if requested, and done. An
// error event ends a stream instead of finish and done. Events of choices may interleave.
//
// `running` is the usage so far, written if stream_options.continuous_usage_stats is set.

#include "base/error.hpp"
#include "net/openai/answer.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace hadal::net {

/// `data: [DONE]`.
void append_done_event(std::string& out);

/// `data: {"error":{...}}`; nothing may follow.
void append_error_event(std::string& out, const error& e);

class chat_stream_encoder {
public:
  chat_stream_encoder(const answer_identity& identity, const answer_options& options);

  /// The choice's first chunk. For the request's first chunk `prompt_token_ids` is the prompt
  /// (written with return_token_ids).
  void append_role(std::string& out, std::int32_t choice,
                   std::span<const token_id> prompt_token_ids = {},
                   const token_usage* running = nullptr) const;

  void append_delta(std::string& out, std::int32_t choice, const chat_delta& delta,
                    const token_usage* running = nullptr) const;

  void append_finish(std::string& out, std::int32_t choice, const choice_end& end,
                     const token_usage* running = nullptr) const;

  void append_usage(std::string& out, const token_usage& usage) const;

private:
  std::string prefix_; // up to the choices
  answer_options options_;
};

class completion_stream_encoder {
public:
  completion_stream_encoder(const answer_identity& identity, const answer_options& options);

  /// For the choice's first chunk `prompt_token_ids` is its prompt (written with return_token_ids);
  /// `end` is set with the last delta.
  void append_delta(std::string& out, std::int32_t choice, const completion_delta& delta,
                    std::span<const token_id> prompt_token_ids = {},
                    const choice_end* end = nullptr, const token_usage* running = nullptr) const;

  void append_usage(std::string& out, const token_usage& usage) const;

private:
  std::string prefix_;
  answer_options options_;
};

} // namespace hadal::net
