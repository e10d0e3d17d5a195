#pragma once
// One choice's tokens turned into what its message says: detokenizing, then reasoning, stop strings
// and tool calls (model/chat/output/answer_splitter.hpp), and the log-probability entries that
// belong to text that is out. A plain function of the tokens pushed: whatever way they are cut into
// steps, the joined result is the same.
//
// Special tokens that are skipped are no part of the text, but for those that the markup is made
// of; stop strings are sought in the text with all of them in it. A stop string that is complete
// before `min_tokens` tokens were sampled does not count. A log-probability entry is given out once
// the text that its token begins in is known to be part of the answer; tokens without text (the end
// token, special tokens that are skipped) have none. With `logprobs_of_all_tokens` every sampled
// token has an entry instead, given out at once. The prompt's scores come with the first delta.

#include "actors/protocol/gateway.hpp"
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

  /// Takes the next token, or the end without one. `finish` of the delta is set when the choice has
  /// ended, by `end` or by a stop string; nothing may be pushed after that.
  protocol::sequence_delta push(const protocol::sequence_tokens& tokens);

private:
  struct held_entry {
    std::size_t begin; // offset in the text where the token begins
    protocol::token_entry entry;
  };
  void take(const model::sampled_token& token, protocol::sequence_delta& out);
  protocol::token_entry entry_of(token_id id, std::optional<float> logprob,
                                 const std::vector<model::token_logprob>& top) const;
  void add(model::output_delta delta, protocol::sequence_delta& out);
  bool is_shown(token_id id) const;
  void end(const protocol::sequence_tokens& tokens, protocol::sequence_delta& out);
  void give_entries(protocol::sequence_delta& out);
  std::string call_id(std::uint32_t index) const;

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
