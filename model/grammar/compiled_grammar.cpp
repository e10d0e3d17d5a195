#include "model/grammar/compiled_grammar.hpp"

#include "model/grammar/name_filter.hpp"

#include <fmt/core.h>

namespace hadal::model {

namespace {

// Frames that a matcher may collect before it removes those that no thread uses.
constexpr std::size_t frames_kept = 16'384;

} // namespace

compiled_grammar::compiled_grammar(pushdown_automaton automaton,
                                   std::shared_ptr<const token_vocabulary> vocabulary)
  : automaton_(std::move(automaton)), vocabulary_(std::move(vocabulary)),
    automaton_bytes_(automaton_.memory_bytes()), masks_(automaton_, *vocabulary_) {}

grammar_matcher::grammar_matcher(compiled_grammar_ptr grammar)
  : grammar_(std::move(grammar)), run_(grammar_->automaton()) {
  run_.begin(
      current_); // the start of a compiled grammar is within the limits or fails at its first byte
}

result<void> grammar_matcher::took(bool within_limits) {
  if (!within_limits)
    return fail(error_code::invalid_request,
                "the grammar is too ambiguous or its nesting too deep to go on");
  std::swap(current_, following_);
  if (current_.empty())
    return fail(error_code::invalid_request, "a token does not fit the grammar");
  if (run_.frame_count() > frames_kept)
    run_.compact(current_);
  return {};
}

result<void> grammar_matcher::accept_bytes(std::string_view bytes) {
  for (const char c : bytes) {
    following_.clear();
    HADAL_TRY(took(run_.step(current_, static_cast<std::uint8_t>(c), following_)));
  }
  return {};
}

result<void> grammar_matcher::accept(token_id id) {
  const auto bytes = grammar_->vocabulary().bytes_of(id);
  if (!bytes.empty())
    return accept_bytes(bytes);
  following_.clear();
  return took(run_.step_token(current_, id, following_));
}

result<void> grammar_matcher::fill(kernels::token_mask& mask) {
  HADAL_TRY(grammar_->masks().add_to(mask, run_, current_));
  if (grammar_->automaton().has_names)
    name_filter(grammar_->automaton(), grammar_->vocabulary(), run_)
        .refuse_repeated(mask, current_);
  return {};
}

} // namespace hadal::model
