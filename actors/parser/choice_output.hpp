#pragma once
// Turns the tokens of one choice into its message: detokenizing, then reasoning, stop strings and
// tool calls (model/chat/output/answer_splitter.hpp), and the log-probability entries of the text
// given out. A pure function of the tokens: the joined result does not depend on how they are
// divided into steps.
//
// Skipped special tokens are not part of the text, except those of the markup; stop strings are
// searched for in the text with all special tokens. A stop string that is complete before
// `min_tokens` tokens were sampled does not count. A log-probability entry is given out once the
// text at the begin of its token is known to be part of the answer; tokens without text (the end
// token, skipped special tokens) have none. With `logprobs_of_all_tokens` every sampled token has
// an entry instead, given out at once. The prompt's scores come with the first delta.

#include "actors/protocol/parser.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::model {
class tokenizer;
class incremental_detokenizer;
} // namespace hadal::model

namespace hadal::actors {

class choice_output {
public:
  /// `vocabulary` may be null (no tokenizer: ids only, no text).
  choice_output(protocol::output_spec_ptr spec, std::shared_ptr<const model::tokenizer> vocabulary);
  ~choice_output();
  choice_output(choice_output&&) noexcept;
  choice_output& operator=(choice_output&&) noexcept;

  const protocol::output_spec& spec() const noexcept { return *spec_; }

  /// Takes the next tokens, or the end without one. The output's `finish` is set when the choice has
  /// ended, by the sequence's end or by its text, after which further tokens of the same push do not
  /// count; nothing may be pushed after that.
  protocol::sequence_delta push(const protocol::sequence_tokens& tokens);

private:
  struct held_entry {
    std::size_t begin; // offset in the text where the token begins
    model::scored_token entry;
  };
  void count(const model::sampled_token& token, protocol::sequence_delta& out);
  void take(const model::sampled_token& token, protocol::sequence_delta& out);
  bool is_shown(token_id id) const;
  void give_entries(protocol::sequence_delta& out);

  protocol::output_spec_ptr spec_;
  std::shared_ptr<const model::tokenizer> vocabulary_;
  std::unique_ptr<model::incremental_detokenizer> detokenizer_;
  model::answer_splitter splitter_;
  std::uint32_t completion_tokens_ = 0;
  std::uint32_t reasoning_tokens_ = 0;
  std::size_t text_bytes_ = 0; // of all text so far
  std::deque<held_entry> entries_;
};

} // namespace hadal::actors
