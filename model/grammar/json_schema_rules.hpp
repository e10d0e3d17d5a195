#pragma once
// Writes rules from shapes (json_schema_shape.hpp): one rule for every list of schemas that must
// hold together, made once, so that recursive schemas become recursive rules. Scalars, objects and
// arrays have files of their own.

#include "model/grammar/json_schema_shape.hpp"
#include "model/grammar/json_text.hpp"

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace hadal::model {

class json_schema_rules {
public:
  json_schema_rules(schema_document& document, json_text& json)
    : document_(document), json_(json), rules_(json.rules()), budget_(json.budget()) {}

  result<rule_id> run();

private:
  /// The rule of values that satisfy all of `nodes`; its body is written later.
  result<rule_id> rule_of(schema_nodes nodes);
  result<expression_id> body_of(const schema_nodes& nodes);
  result<expression_id> body_of_shape(const schema_shape& shape);

  // json_schema_scalars.cpp
  result<expression_id> values(const schema_shape& shape);
  result<bool> admits(const schema_shape& shape, const json_value& value);
  result<expression_id> number(const schema_shape& shape);
  result<expression_id> string(const schema_shape& shape);
  struct string_form {
    dfa texts;                                   // escapes undone
    std::optional<std::uint32_t> characters_max; // not enforced by `texts`
  };
  /// The contents of strings under patterns, formats and lengths.
  result<string_form> characters(const schema_shape& shape);
  result<string_form> of_length(const schema_shape& shape, string_form form);
  result<string_form> written_out(const schema_shape& shape, string_form form);

  // json_schema_arrays.cpp
  result<expression_id> array(const schema_shape& shape);
  result<expression_id> array_items(const schema_shape& shape, std::uint32_t least,
                                    std::uint32_t most);
  result<bool> is_never(const schema_nodes& nodes);

  // json_schema_objects.cpp
  struct member {
    dfa key; // with its quotes
    rule_id value = 0;
    bool required = false;
  };
  struct member_plan {
    std::vector<member> named;    // in order
    std::vector<member> others;   // any number of them, after the named ones
    std::uint32_t others_max = 0; // number of such names, or grammar_rules::unbounded
    std::uint32_t least = 0;
    std::uint32_t most = UINT32_MAX;
  };
  result<expression_id> object(const schema_shape& shape);
  result<member_plan> plan_members(const schema_shape& shape);
  result<void> plan_named(const schema_shape& shape, const std::optional<dfa>& names,
                          member_plan& plan);
  result<void> plan_others(const schema_shape& shape, const std::optional<dfa>& names,
                           member_plan& plan);
  result<std::optional<dfa>> allowed_names(const schema_shape& shape);
  result<expression_id> write_members(const schema_shape& shape, const member_plan& plan);
  result<void> add_other(const dfa& names, const schema_nodes& schemas, member_plan& plan);
  result<rule_id> other_members(const schema_shape& shape, const member_plan& plan,
                                std::uint32_t least, std::uint32_t most, bool first);
  result<std::optional<rule_id>> end_of_members(const schema_shape& shape, const member_plan& plan,
                                                std::uint32_t written);

  schema_document& document_;
  json_text& json_;
  grammar_rules& rules_;
  compile_budget& budget_;
  std::map<schema_nodes, rule_id> by_nodes_;
  std::deque<std::pair<schema_nodes, rule_id>> waiting_; // rules without a body yet
};

} // namespace hadal::model
