#include "model/chat/template/arguments.hpp"
#include "model/chat/template/compare.hpp"
#include "model/chat/template/filters.hpp"
#include "model/chat/template/letter_case.hpp"
#include "model/chat/template/operators.hpp"
#include "model/chat/template/spell.hpp"

#include <fmt/core.h>

namespace hadal::model::templates {

namespace {

template <bool (*asks)(const value&)>
bool kind_test(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "this test", a);
  return asks(v);
}

bool is_defined(const value& v) {
  return !is_undefined(v);
}
bool is_missing(const value& v) {
  return is_undefined(v);
}
bool is_none(const value& v) {
  return v.is<none_type>();
}
bool is_string(const value& v) {
  return v.text() != nullptr;
}
bool is_mapping(const value& v) {
  return v.dict() != nullptr;
}
bool is_iterable(const value& v) {
  return v.text() || v.list() || v.dict() || is_undefined(v);
}
bool is_true(const value& v) {
  return v.is<bool>() && *v.as<bool>();
}
bool is_false(const value& v) {
  return v.is<bool>() && !*v.as<bool>();
}
bool is_boolean(const value& v) {
  return v.is<bool>();
}
bool is_integer(const value& v) {
  return v.is<std::int64_t>() || v.is<spelled_number>();
}
bool is_float(const value& v) {
  return v.is<double>();
}
bool is_number(const value& v) {
  return is_integer(v) || is_float(v) || is_boolean(v);
}
bool is_callable(const value& v) {
  return v.is<callable_ptr>();
}

template <bool wanted_odd>
bool parity_test(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "this test", a);
  const value rest = apply(state, arithmetic::modulo, v, make_integer(2));
  double number = 0;
  return number_of(rest, number) && (number == 1) == wanted_odd && (number == 1 || number == 0);
}

bool divisible_test(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "divisibleby", a, std::array<std::string_view, 1>{"num"}, 1);
  return !state.failed() && !truth(apply(state, arithmetic::modulo, v, *bound[0]));
}

template <comparison op>
bool compare_test(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "this test", a, std::array<std::string_view, 1>{"other"}, 1);
  if (state.failed())
    return false;
  const value& other = *bound[0];
  switch (op) {
  case comparison::equal: return equal(state, v, other);
  case comparison::not_equal: return !equal(state, v, other);
  case comparison::less: return less(state, v, other);
  case comparison::less_equal: return less(state, v, other) || equal(state, v, other);
  case comparison::greater: return less(state, other, v);
  case comparison::greater_equal: return less(state, other, v) || equal(state, v, other);
  case comparison::in: return contains(state, other, v);
  case comparison::not_in: return !contains(state, other, v);
  }
  return false;
}

// The same object; numbers, booleans, none and strings are the same where they are equal in kind.
bool same_test(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "sameas", a, std::array<std::string_view, 1>{"other"}, 1);
  if (state.failed() || v.data.index() != bound[0]->data.index())
    return false;
  if (const auto* list = v.as<list_ptr>())
    return *list == *bound[0]->as<list_ptr>();
  if (const auto* dict = v.as<dict_ptr>())
    return *dict == *bound[0]->as<dict_ptr>();
  return equal(state, v, *bound[0]);
}

template <bool (*asks)(std::string_view)>
bool case_test(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "this test", a);
  const marked_text text = spelled(state, v);
  return state.spend(text.text().size()) && asks(text.text());
}

template <bool filter>
bool known_test(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "this test", a);
  const auto* name = v.text();
  return name &&
         (filter ? find_filter(name->text()) != nullptr : find_test(name->text()) != nullptr);
}

constexpr named_test tests[] = {
    {"defined", kind_test<is_defined>},
    {"undefined", kind_test<is_missing>},
    {"none", kind_test<is_none>},
    {"string", kind_test<is_string>},
    {"mapping", kind_test<is_mapping>},
    {"iterable", kind_test<is_iterable>},
    {"sequence", kind_test<is_iterable>},
    {"true", kind_test<is_true>},
    {"false", kind_test<is_false>},
    {"boolean", kind_test<is_boolean>},
    {"integer", kind_test<is_integer>},
    {"float", kind_test<is_float>},
    {"number", kind_test<is_number>},
    {"callable", kind_test<is_callable>},
    {"odd", parity_test<true>},
    {"even", parity_test<false>},
    {"divisibleby", divisible_test},
    {"equalto", compare_test<comparison::equal>},
    {"eq", compare_test<comparison::equal>},
    {"==", compare_test<comparison::equal>},
    {"ne", compare_test<comparison::not_equal>},
    {"!=", compare_test<comparison::not_equal>},
    {"lt", compare_test<comparison::less>},
    {"lessthan", compare_test<comparison::less>},
    {"<", compare_test<comparison::less>},
    {"le", compare_test<comparison::less_equal>},
    {"<=", compare_test<comparison::less_equal>},
    {"gt", compare_test<comparison::greater>},
    {"greaterthan", compare_test<comparison::greater>},
    {">", compare_test<comparison::greater>},
    {"ge", compare_test<comparison::greater_equal>},
    {">=", compare_test<comparison::greater_equal>},
    {"in", compare_test<comparison::in>},
    {"sameas", same_test},
    {"lower", case_test<is_lower_case>},
    {"upper", case_test<is_upper_case>},
    {"filter", known_test<true>},
    {"test", known_test<false>},
};

} // namespace

test_function find_test(std::string_view name) noexcept {
  for (const named_test& t : tests)
    if (t.name == name)
      return t.function;
  return nullptr;
}

} // namespace hadal::model::templates
