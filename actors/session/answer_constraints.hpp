#pragma once
// The constraints on the answers of one request, per prompt, and the grammars compiled from them.
// Prompts with the same constraint share one grammar. Plain state of a session, which has the
// sources compiled one after the other.

#include "base/assert.hpp"
#include "model/grammar/compile_constraint.hpp"
#include "net/openai/generation_fields.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::actors {

/// The constraint of the answer, for the compiler.
model::constraint_source constraint_source_of(const net::constraint_field& field);

class answer_constraints {
public:
  /// Adds the next prompt; null: its answer is unconstrained.
  void add(const std::shared_ptr<const net::constraint_field>& field);
  void add(model::constraint_source source, std::optional<model::constraint_source> looser);

  /// The answer of the last prompt may be this instead of its constraint.
  void add_in_place(model::constraint_source source,
                    std::optional<model::constraint_source> looser);

  /// The next source to compile; null if all are compiled.
  std::shared_ptr<const model::constraint_source> next() const;

  /// Replaces next(), which cannot be compiled, by a looser source. False: there is none.
  bool loosen();

  /// Takes the grammar compiled from next().
  void compiled(model::compiled_grammar_ptr grammar);

  /// The grammar of a prompt; null if its answer is unconstrained or not compiled.
  model::compiled_grammar_ptr grammar(std::size_t prompt) const;

  /// The grammar of what a prompt's answer may be instead; null if there is none or it is not
  /// compiled.
  model::compiled_grammar_ptr grammar_in_place(std::size_t prompt) const;

  /// The field that constrains a prompt's answer, for errors.
  const std::string& param(std::size_t prompt) const;

private:
  struct entry {
    std::shared_ptr<const net::constraint_field> field; // null: not from a field alone
    std::shared_ptr<const model::constraint_source> source;
    std::shared_ptr<const model::constraint_source> looser;
  };

  static constexpr std::size_t unconstrained = static_cast<std::size_t>(-1);

  /// Indices into entries_, or unconstrained.
  struct prompt_entries {
    std::size_t text = unconstrained;
    std::size_t in_place = unconstrained;
  };

  std::size_t add_entry(model::constraint_source source,
                        std::optional<model::constraint_source> looser);
  model::compiled_grammar_ptr compiled_entry(std::size_t index) const;

  std::vector<entry> entries_;                        // distinct
  std::vector<model::compiled_grammar_ptr> grammars_; // of the first of them
  std::vector<prompt_entries> of_prompt_;
};

} // namespace hadal::actors
