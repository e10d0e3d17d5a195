#include "model/grammar/json_schema_rules.hpp"

#include <algorithm>

namespace hadal::model {

result<bool> json_schema_rules::is_never(const schema_nodes& nodes) {
  if (nodes.empty())
    return false;
  HADAL_TRY_ASSIGN(shapes, document_.shapes_of(nodes, budget_));
  return shapes.empty();
}

// uniqueItems can be watched over only where there cannot be two items.
result<expression_id> json_schema_rules::array(const schema_shape& shape) {
  auto most = shape.items_max.value_or(grammar_rules::unbounded);
  HADAL_TRY_ASSIGN(closed, is_never(shape.items));
  if (closed)
    most = std::min(most, static_cast<std::uint32_t>(shape.prefix.size()));
  if (!shape.unique_path.empty() && most > 1)
    return fail(schema_error(shape.unique_path, "uniqueItems",
                             "is not supported for arrays of more than one item"));
  if (most < shape.items_min)
    return rules_.choice({});
  HADAL_TRY_ASSIGN(space, json_.blank());
  const auto gap = rules_.call(space);
  if (most == 0)
    return rules_.sequence({rules_.text("["), gap, rules_.text("]")});
  HADAL_TRY_ASSIGN(items, array_items(shape, std::max(shape.items_min, 1u), most));
  const auto some = rules_.sequence({gap, items});
  return rules_.sequence({rules_.text("["), shape.items_min == 0 ? rules_.optional(some) : some,
                          gap, rules_.text("]")});
}

/// `least` to `most` items with the commas between them; least >= 1.
result<expression_id> json_schema_rules::array_items(const schema_shape& shape, std::uint32_t least,
                                                     std::uint32_t most) {
  HADAL_TRY_ASSIGN(space, json_.blank());
  const auto gap = rules_.call(space);
  const auto comma = rules_.sequence({gap, rules_.text(","), gap});
  const auto prefix = std::min<std::size_t>(shape.prefix.size(), most);
  if (prefix > limits::grammar_depth_max)
    return fail(schema_error(shape.path, "prefixItems", "has too many schemas"));
  std::optional<expression_id> rest; // the expression after the items written so far
  if (most > prefix) {
    HADAL_TRY_ASSIGN(item, rule_of(shape.items));
    const auto each = rules_.call(item);
    const auto more = rules_.sequence({comma, each});
    const auto done = static_cast<std::uint32_t>(prefix);
    const auto from = least > done ? least - done : 0;
    const auto to = most == grammar_rules::unbounded ? most : most - done;
    if (prefix == 0)
      return rules_.sequence(
          {each, rules_.repeat(more, from - 1, to == grammar_rules::unbounded ? to : to - 1)});
    rest = rules_.repeat(more, from, to);
  }
  for (auto i = prefix; i-- > 0;) {
    HADAL_TRY_ASSIGN(item, rule_of(shape.prefix[i]));
    std::vector<expression_id> parts;
    if (i > 0)
      parts.push_back(comma);
    parts.push_back(rules_.call(item));
    if (rest)
      parts.push_back(*rest);
    rest = rules_.sequence(std::move(parts));
    if (i > 0 && i >= least)
      rest = rules_.optional(*rest);
  }
  return *rest;
}

} // namespace hadal::model
