#pragma once
// Compiles the constraint of a request to a grammar: the only entry point for sources from
// outside. Pure; takes up to about a second, so callers must not run it where other requests
// wait.

#include "base/result.hpp"
#include "model/grammar/compile_budget.hpp"
#include "model/grammar/compiled_grammar.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace hadal::model {

enum class constraint_kind : std::uint8_t {
  json_object,   // any JSON object; no source
  json_schema,   // a schema as JSON text
  regex,         // the whole answer matches
  ebnf,          // rules, of which `root` describes the answer
  structural_tag // free text with tagged parts, as JSON text
};

struct constraint_source {
  constraint_kind kind = constraint_kind::json_object;
  std::string text;
  std::string param; // the request's field, for errors

  bool operator==(const constraint_source&) const = default;
};

/// Errors: invalid_request (`param` is the source's) for a source that is wrong, too large, too
/// complex or cannot be enforced; cancelled.
result<compiled_grammar_ptr> compile_constraint(const constraint_source& source,
                                                std::shared_ptr<const token_vocabulary> vocabulary,
                                                compile_budget& budget);

} // namespace hadal::model
