#pragma once
// A grammar compiled for one vocabulary, and `grammar_matcher`, the state of one answer under
// it. The matcher's `fill` computes the tokens that may come next, `accept` takes the sampled
// one.
//
//   auto grammar = std::make_shared<compiled_grammar>(automaton, vocabulary);
//   grammar_matcher matcher(grammar);
//   matcher.fill(mask);  ...sample...  matcher.accept(token);  ...  matcher.may_end()
//
// All matchers of a grammar share its masks, so all must be used by one thread at a time.

#include "base/result.hpp"
#include "model/grammar/mask_cache.hpp"
#include "model/grammar/pushdown_automaton.hpp"
#include "model/grammar/pushdown_run.hpp"
#include "model/grammar/token_vocabulary.hpp"

#include <memory>
#include <string_view>

namespace hadal::model {

class compiled_grammar {
public:
  compiled_grammar(pushdown_automaton automaton,
                   std::shared_ptr<const token_vocabulary> vocabulary);
  compiled_grammar(const compiled_grammar&) = delete;
  compiled_grammar& operator=(const compiled_grammar&) = delete;

  const pushdown_automaton& automaton() const noexcept { return automaton_; }
  const token_vocabulary& vocabulary() const noexcept { return *vocabulary_; }
  mask_cache& masks() noexcept { return masks_; }
  /// Without the masks.
  std::size_t fixed_bytes() const noexcept { return automaton_bytes_; }

private:
  pushdown_automaton automaton_;
  std::shared_ptr<const token_vocabulary> vocabulary_;
  std::size_t automaton_bytes_;
  mask_cache masks_;
};

using compiled_grammar_ptr = std::shared_ptr<compiled_grammar>;

class grammar_matcher {
public:
  explicit grammar_matcher(compiled_grammar_ptr grammar);

  /// Errors: invalid_request, if the token does not fit or a limit is exceeded; the matcher must
  /// not be used afterwards.
  result<void> accept(token_id id);
  result<void> accept_bytes(std::string_view bytes);

  /// Adds every token that fits next, except those that end the answer. Errors: invalid_request, if
  /// the mask costs more than allowed.
  result<void> fill(kernels::token_mask& mask);

  /// The text so far is a complete answer.
  bool may_end() const noexcept { return current_.ends; }
  /// The text so far is a complete answer and nothing can follow.
  bool must_end() const noexcept { return current_.threads.empty(); }

private:
  result<void> took(bool within_limits);

  compiled_grammar_ptr grammar_;
  pushdown_run run_;
  thread_set current_;
  thread_set following_;
};

} // namespace hadal::model
