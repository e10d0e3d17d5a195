#pragma once
// One answer under a grammar: free until the token that ends the reasoning (where the prompt leaves
// the answer inside it), then bound. The tokens that end the answer are allowed exactly when the
// grammar is satisfied, so never inside the reasoning. What has been taken is a function of the
// answer's tokens alone.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "model/grammar/compiled_grammar.hpp"
#include "model/sampling/token_mask.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace hadal::model {

/// What the choices of a request are held to.
struct output_constraint {
  compiled_grammar_ptr grammar;
  std::vector<token_id> end_tokens;      // that end the answer; never empty
  std::optional<token_id> reasoning_end; // the grammar begins after it; nothing: at once
};
using output_constraint_ptr = std::shared_ptr<const output_constraint>;

/// Used by one thread at a time, and only by the one that uses its grammar.
class constrained_output {
public:
  explicit constrained_output(output_constraint_ptr constraint);

  /// A token of the answer, not one that ends it. Errors: invalid_request; the answer is lost.
  result<void> accept(token_id id);

  /// What may be sampled next. Errors: invalid_request, when that costs too much or is nothing.
  result<token_mask_ptr> mask();

private:
  output_constraint_ptr constraint_;
  grammar_matcher matcher_;
  bool in_reasoning_;
  token_mask_ptr free_; // of the reasoning
};

} // namespace hadal::model
