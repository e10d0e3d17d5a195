#include "model/grammar/grammar_rules.hpp"

#include "base/assert.hpp"

namespace hadal::model {

using kind_type = grammar_expression::kind_type;

expression_id grammar_rules::add(grammar_expression e) {
  expressions_.push_back(std::move(e));
  return static_cast<expression_id>(expressions_.size() - 1);
}

expression_id grammar_rules::text(std::string_view bytes) {
  grammar_expression e;
  e.bytes = bytes;
  return add(std::move(e));
}

expression_id grammar_rules::code_points(code_point_set set) {
  grammar_expression e;
  e.kind = kind_type::code_points;
  e.set = std::move(set);
  return add(std::move(e));
}

expression_id grammar_rules::automaton(dfa machine) {
  grammar_expression e;
  e.kind = kind_type::automaton;
  e.machine = std::make_shared<const dfa>(std::move(machine));
  return add(std::move(e));
}

expression_id grammar_rules::token(token_id id) {
  grammar_expression e;
  e.kind = kind_type::token;
  e.number = static_cast<std::uint32_t>(id);
  return add(std::move(e));
}

expression_id grammar_rules::call(rule_id rule) {
  HADAL_ASSERT(rule < rules_.size());
  grammar_expression e;
  e.kind = kind_type::call;
  e.number = rule;
  return add(std::move(e));
}

expression_id grammar_rules::sequence(std::vector<expression_id> parts) {
  if (parts.size() == 1)
    return parts[0];
  grammar_expression e;
  e.kind = kind_type::sequence;
  e.parts = std::move(parts);
  return add(std::move(e));
}

expression_id grammar_rules::choice(std::vector<expression_id> parts) {
  if (parts.size() == 1)
    return parts[0];
  grammar_expression e;
  e.kind = kind_type::choice;
  e.parts = std::move(parts);
  return add(std::move(e));
}

expression_id grammar_rules::repeat(expression_id part, std::uint32_t least, std::uint32_t most) {
  HADAL_ASSERT(part < expressions_.size() && least <= most);
  grammar_expression e;
  e.kind = kind_type::repeat;
  e.parts = {part};
  e.least = least;
  e.most = most;
  return add(std::move(e));
}

expression_id grammar_rules::counted(dfa machine, std::uint32_t most) {
  grammar_expression e;
  e.kind = kind_type::counted;
  e.machine = std::make_shared<const dfa>(std::move(machine));
  e.most = most;
  return add(std::move(e));
}

rule_id grammar_rules::add_rule(std::string name) {
  rules_.push_back({std::move(name), 0, false});
  return static_cast<rule_id>(rules_.size() - 1);
}

void grammar_rules::define(rule_id rule, expression_id body) {
  HADAL_ASSERT(rule < rules_.size() && body < expressions_.size());
  rules_[rule].body = body;
  rules_[rule].defined = true;
}

} // namespace hadal::model
