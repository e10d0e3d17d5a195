#pragma once
// One choice's tokens turned into text: detokenizing, stop strings, and the log-probability entries
// that belong to text that is out. A plain function of the tokens pushed: whatever way they are cut
// into steps, the joined result is the same.
//
// Stop strings. The text ends before the match that is complete first as the text grows; of matches
// that end together the longest wins. Text that could still become a stop string is held back. A
// match that is complete before `min_tokens` tokens were sampled does not count. Log probabilities.
// An entry is given out with the text that its token begins in; tokens without text (the end token,
// special tokens that are skipped) have none.

#include "actors/protocol/gateway.hpp"
#include "actors/protocol/parser.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
  struct stop_match {
    std::size_t begin;
    std::size_t end;
    std::size_t which;
  };

  void take(const model::sampled_token& token);
  protocol::token_entry entry_of(const model::sampled_token& token) const;
  std::optional<stop_match> find_stop() const;
  std::size_t held_suffix() const;
  void give_text(std::size_t until, protocol::sequence_delta& delta);
  void give_entries(std::size_t until, protocol::sequence_delta& delta);

  protocol::output_spec_ptr spec_;
  std::shared_ptr<const model::tokenizer> vocabulary_;
  std::unique_ptr<model::incremental_detokenizer> detokenizer_;
  std::uint32_t completion_tokens_ = 0;
  std::string held_;           // text that is not out yet
  std::size_t held_begin_ = 0; // its offset in the whole text
  std::size_t searched_ = 0;   // matches must end after this offset
  std::size_t stop_bytes_max_ = 0;
  std::deque<held_entry> entries_;
};

} // namespace hadal::actors
