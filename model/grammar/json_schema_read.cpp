#include "model/grammar/json_formats.hpp"
#include "model/grammar/json_schema_shape.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace hadal::model {

namespace {

using kind_type = json_value::kind_type;

// Assertions that no automaton of bounded size can enforce, or that are not implemented.
constexpr std::array<std::string_view, 17> refused_keywords{"not",
                                                            "if",
                                                            "then",
                                                            "else",
                                                            "contains",
                                                            "minContains",
                                                            "maxContains",
                                                            "dependencies",
                                                            "dependentRequired",
                                                            "dependentSchemas",
                                                            "unevaluatedItems",
                                                            "unevaluatedProperties",
                                                            "$dynamicRef",
                                                            "$recursiveRef",
                                                            "divisibleBy",
                                                            "disallow",
                                                            "extends"};

// maxLength and similar keywords have no effect from here on: no context holds so much.
constexpr std::uint32_t endless = INT32_MAX;

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> type_names{{
    {"null", schema_shape::null_type},
    {"boolean", schema_shape::boolean_type},
    {"integer", schema_shape::integer_type},
    {"number", schema_shape::integer_type | schema_shape::fraction_type},
    {"string", schema_shape::string_type},
    {"array", schema_shape::array_type},
    {"object", schema_shape::object_type},
}};

std::string pointer_part(std::string_view key) {
  std::string out = "/";
  for (const char c : key)
    out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

class keyword_reader {
public:
  keyword_reader(const schema_node& node, schema_shape& out) : node_(node), out_(out) {}

  result<void> read(std::string_view key, const json_value& value) {
    key_ = key;
    if (std::find(refused_keywords.begin(), refused_keywords.end(), key) != refused_keywords.end())
      return refused("is not supported");
    if (key == "type")
      return read_type(value);
    if (key == "enum" || key == "const")
      return read_values(value, key == "const");
    if (key == "minimum" || key == "exclusiveMinimum")
      return read_bound(value, out_.lowest, key == "minimum" ? nullptr : &lowest_excluded_, 1);
    if (key == "maximum" || key == "exclusiveMaximum")
      return read_bound(value, out_.highest, key == "maximum" ? nullptr : &highest_excluded_, -1);
    if (key == "multipleOf")
      return read_divisor(value);
    if (key == "pattern")
      return read_pattern(value);
    if (key == "format")
      return read_format(value);
    if (key == "minLength")
      return read_least(value, out_.length_min);
    if (key == "maxLength")
      return read_most(value, out_.length_max);
    if (key == "minItems")
      return read_least(value, out_.items_min);
    if (key == "maxItems")
      return read_most(value, out_.items_max);
    if (key == "minProperties")
      return read_least(value, out_.properties_min);
    if (key == "maxProperties")
      return read_most(value, out_.properties_max);
    if (key == "uniqueItems")
      return read_unique(value);
    if (key == "required")
      return read_required(value);
    return read_children(value);
  }

  /// Assertions that older drafts make with two keywords, in any order.
  result<void> finish() {
    if (lowest_excluded_ && out_.lowest)
      out_.lowest->excluded = true;
    if (highest_excluded_ && out_.highest)
      out_.highest->excluded = true;
    if (!is_tuple_ || !behind_tuple_)
      return {};
    key_ = "additionalItems";
    HADAL_TRY_ASSIGN(one, child(*behind_tuple_, path()));
    out_.items.push_back(one);
    return {};
  }

private:
  tl::unexpected<error> refused(std::string_view what) const {
    return fail(schema_error(node_.path, key_, what));
  }

  result<schema_node> child(const json_value& value, const std::string& path) const {
    if (value.kind != kind_type::object && value.kind != kind_type::boolean)
      return fail(schema_error(path, key_, "must be a schema"));
    return schema_node{&value, path};
  }

  std::string path() const { return node_.path + pointer_part(key_); }

  result<void> read_children(const json_value& value) {
    if (key_ == "items" && value.kind != kind_type::array) {
      HADAL_TRY_ASSIGN(one, child(value, path()));
      out_.items.push_back(one);
    } else if (key_ == "additionalItems") {
      behind_tuple_ = &value; // has a meaning only after an array of `items`
    } else if (key_ == "prefixItems" || key_ == "items") {
      if (value.kind != kind_type::array)
        return refused("must be an array of schemas");
      is_tuple_ = is_tuple_ || key_ == "items"; // as drafts up to 2019-09 have it
      if (!out_.prefix.empty())
        return refused("cannot stand beside another list of items");
      for (std::size_t i = 0; i < value.values.size(); ++i) {
        HADAL_TRY_ASSIGN(one, child(value.values[i], fmt::format("{}/{}", path(), i)));
        out_.prefix.push_back({one});
      }
    } else if (key_ == "additionalProperties") {
      HADAL_TRY_ASSIGN(one, child(value, path()));
      out_.additional.push_back(one);
    } else if (key_ == "propertyNames") {
      HADAL_TRY_ASSIGN(one, child(value, path()));
      out_.names.push_back(one);
    } else if (key_ == "properties" || key_ == "patternProperties") {
      if (value.kind != kind_type::object)
        return refused("must be an object of schemas");
      for (std::size_t i = 0; i < value.values.size(); ++i) {
        const auto where = path() + pointer_part(value.keys[i]);
        HADAL_TRY_ASSIGN(one, child(value.values[i], where));
        if (key_ == "properties")
          out_.properties.push_back({value.keys[i], {one}});
        else
          out_.pattern_properties.push_back({value.keys[i], where, {one}});
      }
    }
    return {};
  }

  result<void> read_type(const json_value& value) {
    std::uint8_t types = 0;
    const auto add = [&](const json_value& name) {
      for (const auto& [text, bits] : type_names)
        if (name.kind == kind_type::string && name.text == text) {
          types |= bits;
          return true;
        }
      return false;
    };
    bool known = true;
    if (value.kind == kind_type::array)
      for (const auto& name : value.values)
        known = add(name) && known;
    else
      known = add(value);
    if (!known)
      return refused("must be the name of a JSON type, or an array of them");
    out_.types &= types;
    return {};
  }

  result<void> read_values(const json_value& value, bool one) {
    std::vector<const json_value*> values;
    if (one) {
      values.push_back(&value);
    } else {
      if (value.kind != kind_type::array)
        return refused("must be an array");
      for (const auto& v : value.values)
        values.push_back(&v);
    }
    if (!out_.values) {
      out_.values = std::move(values);
      return {};
    }
    std::erase_if(*out_.values, [&](const json_value* v) {
      return std::none_of(values.begin(), values.end(),
                          [&](const json_value* w) { return equal_values(*v, *w); });
    });
    return {};
  }

  result<decimal> number(const json_value& value) const {
    const auto d =
        value.kind == kind_type::number ? parse_decimal(value.text) : std::optional<decimal>();
    if (!d)
      return refused("must be a number of up to 1000 digits");
    return *d;
  }

  /// `excluding` is the boolean of draft 4; null if the bound is included.
  result<void> read_bound(const json_value& value, std::optional<decimal_bound>& bound,
                          bool* excluding, int sign) {
    if (excluding && value.kind == kind_type::boolean) {
      *excluding = value.text == "true";
      return {};
    }
    HADAL_TRY_ASSIGN(d, number(value));
    const int order = bound ? sign * compare(d, bound->value) : 1;
    if (order > 0 || (order == 0 && excluding))
      bound = decimal_bound{d, excluding != nullptr};
    return {};
  }

  result<void> read_divisor(const json_value& value) {
    HADAL_TRY_ASSIGN(d, number(value));
    if (d.negative || d.is_zero())
      return refused("must be above 0");
    if (!d.is_integer() || d.whole.size() > 4 ||
        std::stoul(d.whole) > limits::grammar_multiple_of_max)
      return refused(
          fmt::format("is enforced for whole numbers up to {}", limits::grammar_multiple_of_max));
    out_.divisors.emplace_back(static_cast<std::uint32_t>(std::stoul(d.whole)), node_.path);
    return {};
  }

  /// `endless` for any count that no context holds.
  result<std::uint32_t> count(const json_value& value) const {
    HADAL_TRY_ASSIGN(d, number(value));
    if (d.negative || !d.is_integer())
      return refused("must be a whole number, 0 or more");
    const std::uint64_t n = d.whole.size() > 10 ? endless : std::stoull(d.whole);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(n, endless));
  }

  result<void> read_least(const json_value& value, std::uint32_t& out) {
    HADAL_TRY_ASSIGN(n, count(value));
    if (n > limits::grammar_repeat_max)
      return refused(fmt::format("is enforced up to {}", limits::grammar_repeat_max));
    out = std::max(out, n);
    return {};
  }

  result<void> read_most(const json_value& value, std::optional<std::uint32_t>& out) {
    HADAL_TRY_ASSIGN(n, count(value));
    if (n != endless)
      out = std::min(out.value_or(n), n);
    return {};
  }

  result<void> read_pattern(const json_value& value) {
    if (value.kind != kind_type::string)
      return refused("must be a string");
    out_.patterns.push_back({value.text, node_.path, {}});
    return {};
  }

  result<void> read_format(const json_value& value) {
    if (value.kind != kind_type::string)
      return refused("must be a string");
    // An unknown format is an annotation (JSON Schema 2020-12, Validation, 7.2.3).
    if (auto pattern = format_pattern(value.text); !pattern.empty())
      out_.formats.emplace_back(std::move(pattern), node_.path);
    return {};
  }

  result<void> read_unique(const json_value& value) {
    if (value.kind != kind_type::boolean)
      return refused("must be true or false");
    if (value.text == "true")
      out_.unique_path = node_.path;
    return {};
  }

  result<void> read_required(const json_value& value) {
    if (value.kind != kind_type::array)
      return refused("must be an array of strings");
    for (const auto& name : value.values) {
      if (name.kind != kind_type::string)
        return refused("must be an array of strings");
      if (std::find(out_.required.begin(), out_.required.end(), name.text) == out_.required.end())
        out_.required.push_back(name.text);
    }
    return {};
  }

  const schema_node& node_;
  schema_shape& out_;
  std::string_view key_;
  bool lowest_excluded_ = false;
  bool highest_excluded_ = false;
  bool is_tuple_ = false;
  const json_value* behind_tuple_ = nullptr;
};

} // namespace

error schema_error(std::string_view path, std::string_view keyword, std::string_view what) {
  return {error_code::invalid_request, fmt::format("`{}` at {} {}", keyword, path, what), {}};
}

error keyword_failure(std::string_view path, std::string_view keyword, const error& below) {
  if (below.code == error_code::cancelled)
    return below;
  return schema_error(path, keyword, fmt::format("cannot be enforced: {}", below.message));
}

std::uint8_t type_of(const json_value& value) {
  switch (value.kind) {
  case kind_type::null: return schema_shape::null_type;
  case kind_type::boolean: return schema_shape::boolean_type;
  case kind_type::string: return schema_shape::string_type;
  case kind_type::array: return schema_shape::array_type;
  case kind_type::object: return schema_shape::object_type;
  case kind_type::number: break;
  }
  const auto d = parse_decimal(value.text);
  return d && d->is_integer() ? schema_shape::integer_type : schema_shape::fraction_type;
}

bool equal_values(const json_value& a, const json_value& b) {
  if (a.kind != b.kind)
    return false;
  if (a.kind == kind_type::number) {
    const auto x = parse_decimal(a.text), y = parse_decimal(b.text);
    return x && y ? compare(*x, *y) == 0 : a.text == b.text;
  }
  if (a.kind == kind_type::object) {
    if (a.keys.size() != b.keys.size())
      return false;
    for (std::size_t i = 0; i < a.keys.size(); ++i) {
      const auto* other = b.find(a.keys[i]);
      if (!other || !equal_values(a.values[i], *other))
        return false;
    }
    return true;
  }
  return a.text == b.text && std::equal(a.values.begin(), a.values.end(), b.values.begin(),
                                        b.values.end(), equal_values);
}

result<schema_shape> read_shape(const schema_node& node, compile_budget& budget) {
  schema_shape out;
  out.path = node.path;
  keyword_reader reader(node, out);
  for (std::size_t i = 0; i < node.schema->keys.size(); ++i) {
    HADAL_TRY(budget.spend(8 + 4 * node.schema->values[i].values.size()));
    HADAL_TRY(reader.read(node.schema->keys[i], node.schema->values[i]));
  }
  HADAL_TRY(reader.finish());
  return out;
}

} // namespace hadal::model
