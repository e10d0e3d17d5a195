#pragma once
// One answer under a grammar: unconstrained until the token that ends the reasoning (if the answer
// begins inside it), then constrained. Tokens that end the answer are allowed exactly when the
// grammar is satisfied, so never inside the reasoning. The state is a function of the answer's
// tokens alone.
//
// An answer may be either the text that a request describes or tool calls. Both are possible until
// a token fits only one of them. Calls are recognised by their beginning, which is forbidden at the
// begin of the text even if the text's grammar allows it.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "kernels/ops/token_mask.hpp"
#include "model/grammar/compiled_grammar.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::model {

/// Tool calls that an answer may be instead of the text.
struct calls_in_place {
  compiled_grammar_ptr grammar; // over the vocabulary of the text's grammar
  std::string begin;            // the begin of every answer of `grammar`; never empty
};

/// The constraint on the choices of a request.
struct output_constraint {
  compiled_grammar_ptr grammar;
  std::vector<token_id> end_tokens;      // tokens that end the answer; never empty
  std::optional<token_id> reasoning_end; // the grammar begins after it; empty: at once
  std::optional<calls_in_place> calls;   // empty: the answer satisfies `grammar`
};
using output_constraint_ptr = std::shared_ptr<const output_constraint>;

/// Used by one thread at a time, and only by the one that uses its grammars.
class constrained_output {
public:
  explicit constrained_output(output_constraint_ptr constraint);

  /// Takes a token that does not end the answer. Errors: invalid_request; the answer fails.
  result<void> accept(token_id id);

  /// The tokens that may come next. Errors: invalid_request, if none may or it costs too much.
  result<kernels::token_mask_ptr> mask();

private:
  result<void> accept_as_text(token_id id);
  void refuse_beginning_of_calls(kernels::token_mask& mask) const;

  output_constraint_ptr constraint_;
  std::optional<grammar_matcher> text_;  // while the answer may be the text
  std::optional<grammar_matcher> calls_; // while it may be calls
  std::optional<std::string> begun_; // the text so far, while it is a prefix of the begin of calls
  bool in_reasoning_;
  kernels::token_mask_ptr free_; // of the reasoning
};

} // namespace hadal::model
