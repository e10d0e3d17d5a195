#include "model/grammar/json_schema_shape.hpp"

#include "model/grammar/regex_pattern.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace hadal::model {

namespace {

using kind_type = json_value::kind_type;

// Most alternatives that combinators may multiply to.
constexpr std::size_t shapes_max = 256;

void join(schema_nodes& to, const schema_nodes& from) {
  for (const auto& node : from)
    if (std::find(to.begin(), to.end(), node) == to.end())
      to.push_back(node);
}

/// The schemas that a shape applies to a member of this name.
result<schema_nodes> demanded(const schema_shape& shape, const std::string& name,
                              compile_budget& budget) {
  schema_nodes all;
  bool named = false;
  for (const auto& p : shape.properties)
    if (p.name == name) {
      join(all, p.schemas);
      named = true;
    }
  for (const auto& p : shape.pattern_properties) {
    auto machine = compile_regex(p.text, regex_extent::search, budget);
    if (!machine)
      return fail(keyword_failure(p.path, "patternProperties", machine.error()));
    if (machine->matches(name)) {
      join(all, p.schemas);
      named = true;
    }
  }
  if (!named)
    join(all, shape.additional);
  return all;
}

result<void> merge_objects(schema_shape& out, const schema_shape& a, const schema_shape& b,
                           compile_budget& budget) {
  const auto bound_by_additional = [](const schema_shape& x, const schema_shape& y) {
    return !x.pattern_properties.empty() && !y.additional.empty();
  };
  if (bound_by_additional(a, b) || bound_by_additional(b, a))
    return fail(schema_error(b.path, "patternProperties",
                             "cannot be combined with `additionalProperties` of another schema"));
  out.properties.clear();
  for (const auto* side : {&a, &b})
    for (const auto& p : side->properties) {
      if (std::any_of(out.properties.begin(), out.properties.end(),
                      [&](const auto& q) { return q.name == p.name; }))
        continue;
      HADAL_TRY_ASSIGN(first, demanded(a, p.name, budget));
      HADAL_TRY_ASSIGN(second, demanded(b, p.name, budget));
      join(first, second);
      out.properties.push_back({p.name, std::move(first)});
    }
  out.pattern_properties = a.pattern_properties;
  out.pattern_properties.insert(out.pattern_properties.end(), b.pattern_properties.begin(),
                                b.pattern_properties.end());
  join(out.additional, b.additional);
  join(out.names, b.names);
  for (const auto& name : b.required)
    if (std::find(out.required.begin(), out.required.end(), name) == out.required.end())
      out.required.push_back(name);
  out.properties_min = std::max(a.properties_min, b.properties_min);
  return {};
}

void merge_arrays(schema_shape& out, const schema_shape& a, const schema_shape& b) {
  out.prefix.clear();
  for (std::size_t i = 0; i < std::max(a.prefix.size(), b.prefix.size()); ++i) {
    auto both = i < a.prefix.size() ? a.prefix[i] : a.items;
    join(both, i < b.prefix.size() ? b.prefix[i] : b.items);
    out.prefix.push_back(std::move(both));
  }
  join(out.items, b.items);
  out.items_min = std::max(a.items_min, b.items_min);
  if (out.unique_path.empty())
    out.unique_path = b.unique_path;
}

template <class T>
std::optional<T> smaller(const std::optional<T>& a, const std::optional<T>& b) {
  return !a ? b : !b ? a : std::optional(std::min(*a, *b));
}

std::optional<decimal_bound> tighter(const std::optional<decimal_bound>& a,
                                     const std::optional<decimal_bound>& b, int sign) {
  if (!a || !b)
    return a ? a : b;
  const int order = sign * compare(a->value, b->value);
  if (order == 0)
    return a->excluded ? a : b;
  return order > 0 ? a : b;
}

/// "#/a/b~1c" -> the value, from `root`.
const json_value* follow_pointer(const json_value& root, std::string_view pointer) {
  const json_value* at = &root;
  while (!pointer.empty()) {
    if (pointer.front() != '/')
      return nullptr;
    pointer.remove_prefix(1);
    const auto part = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(part.size());
    std::string key;
    for (std::size_t i = 0; i < part.size(); ++i) {
      unsigned byte = 0;
      if (part[i] == '~' && i + 1 < part.size() && (part[i + 1] == '0' || part[i + 1] == '1')) {
        key += part[++i] == '0' ? '~' : '/';
      } else if (part[i] == '%' && i + 2 < part.size() &&
                 std::from_chars(&part[i + 1], &part[i + 1] + 2, byte, 16).ptr ==
                     &part[i + 1] + 2) {
        key += static_cast<char>(byte);
        i += 2;
      } else {
        key += part[i];
      }
    }
    if (at->kind == kind_type::array) {
      std::size_t index = 0;
      const auto read = std::from_chars(key.data(), key.data() + key.size(), index);
      if (read.ec != std::errc() || read.ptr != key.data() + key.size() ||
          index >= at->values.size())
        return nullptr;
      at = &at->values[index];
    } else if (at = at->find(key); !at) {
      return nullptr;
    }
  }
  return at;
}

const json_value* find_anchor(const json_value& at, std::string_view name) {
  if (const auto* anchor = at.find("$anchor");
      anchor && anchor->kind == kind_type::string && anchor->text == name)
    return &at;
  for (const auto& value : at.values)
    if (const auto* found = find_anchor(value, name))
      return found;
  return nullptr;
}

/// The shapes of "both of a and b": every alternative with every other.
result<std::vector<schema_shape>> crossed(const std::vector<schema_shape>& a,
                                          const std::vector<schema_shape>& b,
                                          compile_budget& budget) {
  std::vector<schema_shape> out;
  if (a.size() * b.size() > shapes_max)
    return fail(schema_error(b[0].path, "anyOf",
                             fmt::format("multiplies to over {} alternatives", shapes_max)));
  for (const auto& x : a)
    for (const auto& y : b) {
      HADAL_TRY(budget.spend(64 + 4 * (x.properties.size() + y.properties.size()) *
                                      (1 + x.properties.size() + y.properties.size())));
      HADAL_TRY_ASSIGN(both, merged(x, y, budget));
      if (both.types != 0 && !(both.values && both.values->empty()))
        out.push_back(std::move(both));
    }
  return out;
}

/// The values of a member, if its own schema lists them.
std::optional<std::vector<const json_value*>> values_of(const schema_shape& shape,
                                                        const std::string& name) {
  for (const auto& p : shape.properties)
    if (p.name == name)
      for (const auto& node : p.schemas) {
        if (const auto* one = node.schema->find("const"))
          return std::vector<const json_value*>{one};
        if (const auto* some = node.schema->find("enum")) {
          std::vector<const json_value*> all;
          for (const auto& v : some->values)
            all.push_back(&v);
          return all;
        }
      }
  return std::nullopt;
}

bool share_none(const std::vector<const json_value*>& a, const std::vector<const json_value*>& b) {
  return std::none_of(a.begin(), a.end(), [&](const json_value* x) {
    return std::any_of(b.begin(), b.end(),
                       [&](const json_value* y) { return equal_values(*x, *y); });
  });
}

} // namespace

bool are_disjoint(const schema_shape& a, const schema_shape& b) {
  const auto types = static_cast<std::uint8_t>(a.types & b.types);
  if (types == 0)
    return true;
  if (a.values && b.values)
    return share_none(*a.values, *b.values);
  const auto no_value_of = [](const std::vector<const json_value*>& values, std::uint8_t of) {
    return std::none_of(values.begin(), values.end(),
                        [&](const json_value* v) { return (type_of(*v) & of) != 0; });
  };
  if ((a.values && no_value_of(*a.values, b.types)) ||
      (b.values && no_value_of(*b.values, a.types)))
    return true;
  if (types == schema_shape::string_type)
    return (a.length_max && *a.length_max < b.length_min) ||
           (b.length_max && *b.length_max < a.length_min);
  if ((types & ~(schema_shape::integer_type | schema_shape::fraction_type)) == 0) {
    const auto apart = [](const schema_shape& x, const schema_shape& y) {
      if (!x.highest || !y.lowest)
        return false;
      const int order = compare(x.highest->value, y.lowest->value);
      return order < 0 || (order == 0 && (x.highest->excluded || y.lowest->excluded));
    };
    return apart(a, b) || apart(b, a);
  }
  if (types != schema_shape::object_type)
    return false;
  // A member that both require, with different values, as in tagged unions.
  for (const auto& name : a.required) {
    if (std::find(b.required.begin(), b.required.end(), name) == b.required.end())
      continue;
    const auto x = values_of(a, name), y = values_of(b, name);
    if (x && y && share_none(*x, *y))
      return true;
  }
  // Or a member that one requires and the other forbids.
  const auto forbids = [](const schema_shape& x, const std::string& name) {
    return x.pattern_properties.empty() &&
           std::none_of(x.properties.begin(), x.properties.end(),
                        [&](const auto& p) { return p.name == name; }) &&
           std::any_of(x.additional.begin(), x.additional.end(), [](const auto& n) {
             return n.schema->kind == kind_type::boolean && n.schema->text == "false";
           });
  };
  return std::any_of(a.required.begin(), a.required.end(),
                     [&](const auto& name) { return forbids(b, name); }) ||
         std::any_of(b.required.begin(), b.required.end(),
                     [&](const auto& name) { return forbids(a, name); });
}

result<schema_shape> merged(const schema_shape& a, const schema_shape& b, compile_budget& budget) {
  schema_shape out = a;
  out.types &= b.types;
  if (a.values && b.values)
    std::erase_if(*out.values, [&](const json_value* v) {
      return std::none_of(b.values->begin(), b.values->end(),
                          [&](const json_value* w) { return equal_values(*v, *w); });
    });
  else if (b.values)
    out.values = b.values;
  out.lowest = tighter(a.lowest, b.lowest, 1);
  out.highest = tighter(a.highest, b.highest, -1);
  out.divisors.insert(out.divisors.end(), b.divisors.begin(), b.divisors.end());
  out.length_min = std::max(a.length_min, b.length_min);
  out.length_max = smaller(a.length_max, b.length_max);
  out.patterns.insert(out.patterns.end(), b.patterns.begin(), b.patterns.end());
  out.formats.insert(out.formats.end(), b.formats.begin(), b.formats.end());
  merge_arrays(out, a, b);
  out.items_max = smaller(a.items_max, b.items_max);
  HADAL_TRY(merge_objects(out, a, b, budget));
  out.properties_max = smaller(a.properties_max, b.properties_max);
  return out;
}

result<schema_node> schema_document::resolve(std::string_view reference,
                                             const std::string& path) const {
  auto target = reference;
  if (const auto* id = root_.find("$id");
      id && id->kind == kind_type::string && !id->text.empty() && target.starts_with(id->text))
    target.remove_prefix(id->text.size());
  const json_value* found = nullptr;
  if (target.empty() || target == "#")
    found = &root_;
  else if (target.starts_with("#/"))
    found = follow_pointer(root_, target.substr(1));
  else if (target.starts_with("#"))
    found = find_anchor(root_, target.substr(1));
  else
    return fail(schema_error(path, "$ref", "must point into the schema itself (\"#...\")"));
  if (!found || (found->kind != kind_type::object && found->kind != kind_type::boolean))
    return fail(schema_error(path, "$ref",
                             fmt::format("points to no schema: \"{}\"", reference.substr(0, 80))));
  return schema_node{found, std::string(target.empty() ? "#" : target)};
}

result<std::vector<schema_shape>>
schema_document::expand(const schema_node& node, compile_budget& budget, std::size_t depth) {
  HADAL_TRY(budget.spend(16));
  if (depth > limits::json_depth_max)
    return fail(schema_error(node.path, "$ref", "refers to itself before any value"));
  if (node.schema->kind == kind_type::boolean)
    return node.schema->text == "true" ? std::vector<schema_shape>(1) : std::vector<schema_shape>();
  HADAL_TRY_ASSIGN(own, read_shape(node, budget));
  std::vector<schema_shape> all{std::move(own)};
  if (const auto* ref = node.schema->find("$ref")) {
    if (ref->kind != kind_type::string)
      return fail(schema_error(node.path, "$ref", "must be a string"));
    HADAL_TRY_ASSIGN(target, resolve(ref->text, node.path));
    HADAL_TRY_ASSIGN(shapes, expand(target, budget, depth + 1));
    HADAL_TRY_ASSIGN(both, crossed(all, shapes, budget));
    all = std::move(both);
  }
  for (const std::string_view key : {"allOf", "anyOf", "oneOf"}) {
    const auto* parts = node.schema->find(key);
    if (!parts)
      continue;
    if (parts->kind != kind_type::array || parts->values.empty())
      return fail(schema_error(node.path, key, "must be an array of schemas"));
    std::vector<schema_shape> choices;
    for (std::size_t i = 0; i < parts->values.size(); ++i) {
      const auto& part = parts->values[i];
      const auto path = fmt::format("{}/{}/{}", node.path, key, i);
      if (part.kind != kind_type::object && part.kind != kind_type::boolean)
        return fail(schema_error(path, key, "must be an array of schemas"));
      HADAL_TRY_ASSIGN(shapes, expand({&part, path}, budget, depth + 1));
      if (key == "allOf") {
        HADAL_TRY_ASSIGN(both, crossed(all, shapes, budget));
        all = std::move(both);
        continue;
      }
      if (key == "oneOf")
        for (const auto& one : choices)
          for (const auto& other : shapes)
            if (!are_disjoint(one, other))
              return fail(schema_error(node.path, key,
                                       fmt::format("has branches that are not known to exclude "
                                                   "each other ({} and {}); use anyOf",
                                                   one.path, path)));
      choices.insert(choices.end(), shapes.begin(), shapes.end());
    }
    if (key != "allOf") {
      HADAL_TRY_ASSIGN(both, crossed(all, choices, budget));
      all = std::move(both);
    }
  }
  return all;
}

result<std::vector<schema_shape>> schema_document::shapes_of(const schema_nodes& nodes,
                                                             compile_budget& budget) {
  std::vector<schema_shape> all(1);
  if (!nodes.empty())
    all[0].path = nodes[0].path;
  for (const auto& node : nodes) {
    HADAL_TRY_ASSIGN(shapes, expand(node, budget, 0));
    HADAL_TRY_ASSIGN(both, crossed(all, shapes, budget));
    all = std::move(both);
  }
  return all;
}

} // namespace hadal::model
