#pragma once
// What the answers of one request are held to, prompt by prompt, and the grammars that come of it.
// Prompts that ask for the same thing share one grammar. Plain state of a session, which has the
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

/// What the answer is held to, for the compiler.
model::constraint_source constraint_source_of(const net::constraint_field& field);

class answer_forms {
public:
  /// The prompts in their order; null: the answer is free.
  void add(const std::shared_ptr<const net::constraint_field>& field);
  void add(model::constraint_source source, std::optional<model::constraint_source> looser);

  /// The answer of the last prompt may be this in place of its form.
  void add_in_place(model::constraint_source source,
                    std::optional<model::constraint_source> looser);

  /// The next source to compile; null when all are.
  std::shared_ptr<const model::constraint_source> next() const;

  /// Takes what is looser in place of next(), which cannot be compiled. False: there is nothing.
  bool loosen();

  /// What came of next().
  void compiled(model::compiled_grammar_ptr grammar);

  /// Of a prompt: null when its answer is free, or nothing has been compiled.
  model::compiled_grammar_ptr grammar(std::size_t prompt) const;

  /// Of what a prompt's answer may be in its place; null when there is nothing, or nothing has been
  /// compiled.
  model::compiled_grammar_ptr grammar_in_place(std::size_t prompt) const;

  /// The field that holds a prompt's answer to its form, for errors.
  const std::string& param(std::size_t prompt) const;

private:
  struct form {
    std::shared_ptr<const net::constraint_field> field; // null: not from a field alone
    std::shared_ptr<const model::constraint_source> source;
    std::shared_ptr<const model::constraint_source> looser;
  };

  static constexpr std::size_t free_form = static_cast<std::size_t>(-1);

  /// Indices into forms_, or free_form.
  struct prompt_forms {
    std::size_t text = free_form;
    std::size_t in_place = free_form;
  };

  std::size_t add_form(model::constraint_source source,
                       std::optional<model::constraint_source> looser);
  model::compiled_grammar_ptr compiled_form(std::size_t index) const;

  std::vector<form> forms_;                           // distinct
  std::vector<model::compiled_grammar_ptr> grammars_; // of the first of them
  std::vector<prompt_forms> of_prompt_;
};

} // namespace hadal::actors
