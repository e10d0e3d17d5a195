#pragma once
// The answer to one generation request, streamed or whole, chat or completion: takes deltas and
// writes bytes. Knows no socket and no actor. The streamed and the whole answer are made from the
// same deltas, so they are equal.

#include "actors/gateway/answer_layout.hpp"
#include "actors/protocol/gateway.hpp"
#include "net/native/generate_answer.hpp"
#include "net/openai/answer_builder.hpp"
#include "net/openai/stream_encoder.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hadal::actors {

class answer {
public:
  explicit answer(answer_layout layout);

  const answer_layout& layout() const noexcept { return layout_; }

  /// The id of the answer; of several native answers the first.
  std::string_view id() const noexcept {
    return layout_.native ? layout_.native->choices.front().id : layout_.identity.id;
  }

  /// Takes the encoded prompts; called before the first delta.
  void prepare(std::vector<protocol::prompt_info> prompts);

  /// Seconds since the request arrived, and whether bytes wait for its client: cumulative events
  /// are then skipped, since the next one contains them.
  void note(double seconds, bool behind) noexcept {
    seconds_ = seconds;
    behind_ = behind;
  }

  /// Takes a delta; for a stream appends its events to `out`. The caller handles failed deltas.
  void add(const protocol::sequence_delta& delta, std::string& out);

  /// True once every choice has finished.
  bool complete() const noexcept { return finished_ == layout_.choices(); }

  /// The last events of a complete stream: usage if requested, and done.
  void append_end(std::string& out) const;

  /// The body of a complete whole answer.
  std::string body() const;

  net::token_usage usage() const;

private:
  struct choice_state {
    bool started = false;
    bool finished = false;
    bool prompt_ids_due = false; // in the stream's next event
    std::uint32_t completion_tokens = 0;
    std::uint32_t reasoning_tokens = 0;
    std::int64_t characters = 0; // of the answer's text before the next token with logprobs
  };

  void start_choice(const protocol::sequence_delta& delta, std::string& out);
  void add_chat(const protocol::sequence_delta& delta, std::span<const net::token_logprob> entries,
                std::string& out);
  /// `end` is null except in the choice's last delta.
  void add_text(const protocol::sequence_delta& delta, std::span<const net::token_logprob> entries,
                const net::choice_end* end, std::string& out);
  std::vector<net::token_logprob> entries_of(const std::vector<model::scored_token>& tokens);
  std::vector<net::token_logprob> prompt_entries(const protocol::sequence_delta& delta);
  std::vector<net::token_logprob> text_entries(const protocol::sequence_delta& delta);
  void add_native(net::generate_answer& sink, const protocol::sequence_delta& delta,
                  std::string& out);
  const protocol::prompt_info& prompt_of(std::uint32_t choice) const;

  /// The usage in the chunks of a stream with continuous_usage_stats.
  std::optional<net::token_usage> running_usage() const;

  answer_layout layout_;
  std::variant<net::chat_stream_encoder, net::completion_stream_encoder, net::chat_answer_builder,
               net::completion_answer_builder, net::generate_answer>
      sink_;
  std::vector<protocol::prompt_info> prompts_;
  std::vector<choice_state> choices_;
  std::uint32_t finished_ = 0;
  double seconds_ = 0;
  bool behind_ = false;
  std::vector<std::vector<net::top_logprob>> top_; // the data of the spans of the current entries
};

} // namespace hadal::actors
