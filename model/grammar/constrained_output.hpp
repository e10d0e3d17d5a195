#pragma once
// One answer under a grammar: free until the token that ends the reasoning (where the prompt leaves
// the answer inside it), then bound. The tokens that end the answer are allowed exactly when the
// grammar is satisfied, so never inside the reasoning. What has been taken is a function of the
// answer's tokens alone.
//
// An answer may be one of two things: the text that a request describes, or tool calls in its
// place. Both are open until a token fits one of them only. Calls are known by their beginning: no
// answer of the text's grammar may begin so, even where the grammar itself would let it.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "model/grammar/compiled_grammar.hpp"
#include "model/sampling/token_mask.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::model {

/// What an answer may be in place of the text.
struct calls_in_place {
  compiled_grammar_ptr grammar; // over the vocabulary of the text's grammar
  std::string begin;            // what every answer of `grammar` begins with; never empty
};

/// What the choices of a request are held to.
struct output_constraint {
  compiled_grammar_ptr grammar;
  std::vector<token_id> end_tokens;      // that end the answer; never empty
  std::optional<token_id> reasoning_end; // the grammar begins after it; nothing: at once
  std::optional<calls_in_place> calls;   // nothing: the answer is what `grammar` says
};
using output_constraint_ptr = std::shared_ptr<const output_constraint>;

/// Used by one thread at a time, and only by the one that uses its grammars.
class constrained_output {
public:
  explicit constrained_output(output_constraint_ptr constraint);

  /// A token of the answer, not one that ends it. Errors: invalid_request; the answer is lost.
  result<void> accept(token_id id);

  /// What may be sampled next. Errors: invalid_request, when that costs too much or is nothing.
  result<token_mask_ptr> mask();

private:
  result<void> accept_as_text(token_id id);
  void refuse_beginning_of_calls(token_mask& mask) const;

  output_constraint_ptr constraint_;
  std::optional<grammar_matcher> text_;  // while the answer can be the text
  std::optional<grammar_matcher> calls_; // while it can be calls
  std::optional<std::string> begun_;     // the text so far, while it begins as calls do
  bool in_reasoning_;
  token_mask_ptr free_; // of the reasoning
};

} // namespace hadal::model
