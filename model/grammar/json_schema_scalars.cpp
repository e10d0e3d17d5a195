#include "base/utf8.hpp"
#include "model/grammar/json_schema_rules.hpp"
#include "model/grammar/regex_pattern.hpp"
#include "model/grammar/text_lengths.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace hadal::model {

namespace {

using kind_type = json_value::kind_type;

// Digits of a number under bounds: those that a double distinguishes, unless a bound has more. An
// integer has as many as one without bounds (json_text.hpp).
constexpr std::size_t number_digits = 15;
constexpr std::size_t fraction_digits = 12;
constexpr std::size_t integer_digits = 18;

// A number without bounds has fewer digits before its point, were it written without an exponent.
constexpr std::size_t free_number_digits = 118;

bool within(const schema_shape& shape, const json_value& value) {
  const auto d = parse_decimal(value.text);
  if (!d)
    return false;
  const auto holds = [&](const std::optional<decimal_bound>& bound, int sign) {
    const int order = bound ? sign * compare(*d, bound->value) : 1;
    return order > 0 || (order == 0 && !bound->excluded);
  };
  return holds(shape.lowest, 1) && holds(shape.highest, -1);
}

// Up to so many states a bound on the length is expanded in the automaton of a string, where chains
// of equal characters are found again (repetition_fold.hpp). Beyond that, characters are counted
// separately.
constexpr std::uint64_t written_length_states_max = 8192;

} // namespace

// -- enum and const ----------------------------------------------------------------------------

result<bool> json_schema_rules::admits(const schema_shape& shape, const json_value& value) {
  const auto type = type_of(value);
  if ((shape.types & type) == 0)
    return false;
  if (type == schema_shape::array_type || type == schema_shape::object_type) {
    const bool bound = type == schema_shape::array_type
                           ? !shape.prefix.empty() || !shape.items.empty() || shape.items_min > 0 ||
                                 shape.items_max || !shape.unique_path.empty()
                           : !shape.properties.empty() || !shape.required.empty() ||
                                 !shape.pattern_properties.empty() || !shape.additional.empty() ||
                                 !shape.names.empty() || shape.properties_min > 0 ||
                                 shape.properties_max;
    if (bound)
      return fail(schema_error(shape.path, "enum",
                               "holds arrays or objects beside keywords that bind them"));
    return true;
  }
  if (type == schema_shape::string_type) {
    const auto length = count_code_points(value.text);
    if (length < shape.length_min || length > shape.length_max.value_or(UINT32_MAX))
      return false;
    if (shape.patterns.empty() && shape.formats.empty())
      return true;
    HADAL_TRY_ASSIGN(form, characters(shape));
    return form.texts.matches(value.text);
  }
  if (type == schema_shape::integer_type || type == schema_shape::fraction_type) {
    if (!within(shape, value))
      return false;
    for (const auto& [divisor, path] : shape.divisors) {
      HADAL_TRY_ASSIGN(machine, multiples_of(divisor, budget_));
      const auto d = parse_decimal(value.text);
      if (!d || !d->is_integer() || !machine.matches(d->whole))
        return false;
    }
  }
  return true;
}

result<expression_id> json_schema_rules::values(const schema_shape& shape) {
  std::vector<expression_id> choices;
  for (const auto* value : *shape.values) {
    HADAL_TRY_ASSIGN(fits, admits(shape, *value));
    if (!fits)
      continue;
    HADAL_TRY_ASSIGN(one, json_.literal(*value));
    choices.push_back(one);
  }
  return rules_.choice(std::move(choices));
}

// -- numbers -----------------------------------------------------------------------------------

result<expression_id> json_schema_rules::number(const schema_shape& shape) {
  const bool integers = (shape.types & schema_shape::fraction_type) == 0 || !shape.divisors.empty();
  decimal_span span{shape.lowest, shape.highest, integers ? integer_digits : number_digits,
                    integers ? 0 : fraction_digits, number_digits};
  if (!integers) {
    // A bound of the largest double excludes no number that can be written.
    const auto is_far = [](const std::optional<decimal_bound>& bound, bool negative) {
      return bound && bound->value.negative == negative &&
             bound->value.whole.size() > free_number_digits;
    };
    if (is_far(span.lowest, true))
      span.lowest.reset();
    if (is_far(span.highest, false))
      span.highest.reset();
  }
  if (!span.lowest && !span.highest && shape.divisors.empty())
    return integers ? json_.integer() : json_.number();
  for (const auto* bound : {&span.lowest, &span.highest})
    if (*bound) // beyond it there is one more digit at most
      span.whole_digits_max = std::max(span.whole_digits_max, (*bound)->value.whole.size() + 1);
  auto machine = decimals_between(span, budget_);
  if (!machine)
    return fail(keyword_failure(shape.path, "minimum", machine.error()));
  for (const auto& [divisor, path] : shape.divisors) {
    auto multiples = multiples_of(divisor, budget_);
    auto both = multiples ? intersection(*machine, *multiples, budget_) : std::move(multiples);
    if (!both)
      return fail(keyword_failure(path, "multipleOf", both.error()));
    machine = std::move(both);
  }
  return rules_.automaton(std::move(*machine));
}

// -- strings -----------------------------------------------------------------------------------

result<json_schema_rules::string_form> json_schema_rules::characters(const schema_shape& shape) {
  std::optional<dfa> all;
  const auto add = [&](result<dfa> one, std::string_view path,
                       std::string_view keyword) -> result<void> {
    if (one && all)
      one = intersection(*all, *one, budget_);
    if (!one)
      return fail(keyword_failure(path, keyword, one.error()));
    all = std::move(*one);
    return {};
  };
  for (const auto& pattern : shape.patterns)
    HADAL_TRY(
        add(compile_regex(pattern.text, regex_extent::search, budget_), pattern.path, "pattern"));
  for (const auto& [pattern, path] : shape.formats)
    HADAL_TRY(add(compile_regex(pattern, regex_extent::search, budget_), path, "format"));
  if (!all) {
    HADAL_TRY_ASSIGN(any, compile_regex(R"([\s\S\d\D]*)", regex_extent::whole, budget_));
    all = std::move(any);
  }
  return of_length(shape, {std::move(*all), shape.length_max});
}

/// `form` restricted to the lengths of the shape, unless it satisfies them already.
result<json_schema_rules::string_form> json_schema_rules::of_length(const schema_shape& shape,
                                                                    string_form form) {
  if (form.texts.empty())
    return form;
  HADAL_TRY_ASSIGN(lengths, lengths_of(form.texts, budget_));
  if (form.characters_max && lengths.longest && *lengths.longest <= *form.characters_max)
    form.characters_max.reset();
  if (lengths.shortest < shape.length_min) {
    auto longer = texts_of_length(form.texts, shape.length_min, std::nullopt, budget_);
    if (!longer)
      return fail(keyword_failure(shape.path, "minLength", longer.error()));
    form.texts = std::move(*longer);
  }
  if (form.characters_max && !form.texts.empty() &&
      form.texts.states.size() * (*form.characters_max + std::uint64_t{1}) <=
          written_length_states_max)
    return written_out(shape, std::move(form));
  return form;
}

/// The same texts as one automaton.
result<json_schema_rules::string_form> json_schema_rules::written_out(const schema_shape& shape,
                                                                      string_form form) {
  if (!form.characters_max)
    return form;
  auto shorter = texts_of_length(form.texts, 0, form.characters_max, budget_);
  if (!shorter)
    return fail(keyword_failure(shape.path, "maxLength", shorter.error()));
  return string_form{std::move(*shorter), std::nullopt};
}

result<expression_id> json_schema_rules::string(const schema_shape& shape) {
  const auto most = shape.length_max.value_or(grammar_rules::unbounded);
  if (most < shape.length_min)
    return rules_.choice({});
  if (!shape.patterns.empty() || !shape.formats.empty()) {
    HADAL_TRY_ASSIGN(form, characters(shape));
    return form.characters_max ? json_.string_of(form.texts, *form.characters_max)
                               : json_.string_of(form.texts);
  }
  if (shape.length_min == 0 && most == grammar_rules::unbounded) {
    HADAL_TRY_ASSIGN(any, json_.string());
    return rules_.call(any);
  }
  HADAL_TRY_ASSIGN(one, json_.character());
  return rules_.sequence(
      {rules_.text("\""), rules_.repeat(one, shape.length_min, most), rules_.text("\"")});
}

} // namespace hadal::model
