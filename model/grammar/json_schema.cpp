#include "model/grammar/json_schema.hpp"

#include "model/grammar/json_schema_rules.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace hadal::model {

result<rule_id> json_schema_rules::run() {
  HADAL_TRY_ASSIGN(root, rule_of({{&document_.root(), "#"}}));
  for (; !waiting_.empty(); waiting_.pop_front()) {
    const auto& [nodes, rule] = waiting_.front();
    HADAL_TRY_ASSIGN(body, body_of(nodes));
    rules_.define(rule, body);
  }
  return root;
}

result<rule_id> json_schema_rules::rule_of(schema_nodes nodes) {
  // An empty schema does not change the conjunction.
  std::erase_if(nodes, [](const schema_node& n) {
    return n.schema->kind == json_value::kind_type::boolean ? n.schema->text == "true"
                                                            : n.schema->keys.empty();
  });
  std::sort(nodes.begin(), nodes.end());
  if (nodes.empty())
    return json_.value();
  if (const auto found = by_nodes_.find(nodes); found != by_nodes_.end())
    return found->second;
  HADAL_TRY(budget_.spend(256));
  const auto rule = rules_.add_rule(fmt::format("the schema at {}", nodes[0].path));
  by_nodes_.emplace(nodes, rule);
  waiting_.emplace_back(std::move(nodes), rule);
  return rule;
}

result<expression_id> json_schema_rules::body_of(const schema_nodes& nodes) {
  HADAL_TRY_ASSIGN(shapes, document_.shapes_of(nodes, budget_));
  std::vector<expression_id> choices;
  for (const auto& shape : shapes) {
    HADAL_TRY_ASSIGN(one, body_of_shape(shape));
    choices.push_back(one);
  }
  return rules_.choice(std::move(choices));
}

result<expression_id> json_schema_rules::body_of_shape(const schema_shape& shape) {
  if (shape.values)
    return values(shape);
  std::vector<expression_id> choices;
  if (shape.types & schema_shape::null_type)
    choices.push_back(rules_.text("null"));
  if (shape.types & schema_shape::boolean_type)
    choices.insert(choices.end(), {rules_.text("true"), rules_.text("false")});
  if (shape.types & (schema_shape::integer_type | schema_shape::fraction_type)) {
    HADAL_TRY_ASSIGN(one, number(shape));
    choices.push_back(one);
  }
  if (shape.types & schema_shape::string_type) {
    HADAL_TRY_ASSIGN(one, string(shape));
    choices.push_back(one);
  }
  if (shape.types & schema_shape::array_type) {
    HADAL_TRY_ASSIGN(one, array(shape));
    choices.push_back(one);
  }
  if (shape.types & schema_shape::object_type) {
    HADAL_TRY_ASSIGN(one, object(shape));
    choices.push_back(one);
  }
  return rules_.choice(std::move(choices));
}

result<rule_id> add_json_schema(json_text& json, json_value schema) {
  if (schema.kind != json_value::kind_type::object && schema.kind != json_value::kind_type::boolean)
    return fail(error_code::invalid_request, "a schema must be an object or a boolean");
  schema_document document(std::move(schema));
  return json_schema_rules(document, json).run();
}

} // namespace hadal::model
