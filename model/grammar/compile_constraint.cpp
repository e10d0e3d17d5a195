#include "model/grammar/compile_constraint.hpp"

#include "model/grammar/ebnf.hpp"
#include "model/grammar/json_schema.hpp"
#include "model/grammar/regex_pattern.hpp"
#include "model/grammar/structural_tag.hpp"

#include <fmt/core.h>

namespace hadal::model {

namespace {

result<void> add_source(const constraint_source& source, grammar_rules& rules,
                        const token_vocabulary& vocabulary, compile_budget& budget) {
  json_text json(rules, budget);
  switch (source.kind) {
  case constraint_kind::json_object: {
    HADAL_TRY_ASSIGN(root, json.object());
    rules.set_root(root);
    return {};
  }
  case constraint_kind::json_schema: {
    auto schema = parse_json_value(source.text, number_spelling::as_written);
    if (!schema)
      return fail(error_code::invalid_request,
                  fmt::format("the schema is not JSON: {}", schema.error().message));
    HADAL_TRY_ASSIGN(root, add_json_schema(json, std::move(*schema)));
    rules.set_root(root);
    return {};
  }
  case constraint_kind::regex: {
    HADAL_TRY_ASSIGN(machine, compile_regex(source.text, regex_extent::whole, budget));
    const auto root = rules.add_rule("the expression");
    rules.define(root, rules.automaton(std::move(machine)));
    rules.set_root(root);
    return {};
  }
  case constraint_kind::ebnf: return add_ebnf(rules, source.text, budget);
  case constraint_kind::structural_tag:
    return add_structural_tag(rules, source.text, vocabulary, budget);
  }
  return fail(error_code::internal, "a constraint of an unknown kind");
}

result<compiled_grammar_ptr> compile(const constraint_source& source,
                                     std::shared_ptr<const token_vocabulary> vocabulary,
                                     compile_budget& budget) {
  if (source.text.size() > limits::grammar_source_bytes_max)
    return fail(error_code::invalid_request,
                fmt::format("{} bytes, and up to {} are compiled", source.text.size(),
                            limits::grammar_source_bytes_max));
  grammar_rules rules;
  HADAL_TRY(add_source(source, rules, *vocabulary, budget));
  HADAL_TRY_ASSIGN(automaton, compile_rules(rules, budget));
  pushdown_run run(automaton);
  if (thread_set begin; !run.begin(begin))
    return fail(error_code::invalid_request, "the grammar is too ambiguous to begin");
  return std::make_shared<compiled_grammar>(std::move(automaton), std::move(vocabulary));
}

} // namespace

result<compiled_grammar_ptr> compile_constraint(const constraint_source& source,
                                                std::shared_ptr<const token_vocabulary> vocabulary,
                                                compile_budget& budget) {
  auto compiled = compile(source, std::move(vocabulary), budget);
  if (compiled)
    return compiled;
  auto e = std::move(compiled.error());
  e.message = fmt::format("`{}` cannot be honoured: {}", source.param, e.message);
  e.param = source.param;
  return fail(std::move(e));
}

} // namespace hadal::model
