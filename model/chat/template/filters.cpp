#include "model/chat/template/filters.hpp"

#include "base/utf8.hpp"
#include "model/chat/template/arguments.hpp"
#include "model/chat/template/compare.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/python_text.hpp"
#include "model/chat/template/spell.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace hadal::model::templates {

namespace {

value default_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound =
      fit(state, "default", a, std::array<std::string_view, 2>{"default_value", "boolean"});
  if (is_undefined(v) || (bound.flag(1, false) && !truth(v)))
    return bound[0] ? *bound[0] : make_text({});
  return v;
}

// A number of blanks, or the white space itself.
std::optional<std::string> indent_of(run_state& state, const value* given) {
  if (given == nullptr || given->is<none_type>())
    return std::nullopt;
  std::int64_t room = 0;
  if (const auto* width = integer_of(*given, room)) {
    constexpr std::int64_t width_max = 1024;
    if (*width > width_max)
      state.fail(fmt::format("an indent may have up to {} blanks", width_max));
    return std::string(static_cast<std::size_t>(std::clamp<std::int64_t>(*width, 0, width_max)),
                       ' ');
  }
  if (const auto* text = given->text())
    return text->text();
  state.fail(fmt::format("indent expects a number or a string, found {}", kind_name(*given)));
  return std::nullopt;
}

value tojson_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound =
      fit(state, "tojson", a,
          std::array<std::string_view, 4>{"ensure_ascii", "indent", "separators", "sort_keys"});
  json_style style;
  style.ensure_ascii = bound.flag(0, false);
  style.indent = indent_of(state, bound[1]);
  if (style.indent)
    style.item_separator = ",";
  if (const value* given = bound[2]; given && !given->is<none_type>()) {
    const auto* pair = given->list();
    if (pair == nullptr || pair->items.size() != 2 || !pair->items[0].text() ||
        !pair->items[1].text()) {
      state.fail("tojson expects two strings as separators");
      return make_none();
    }
    style.item_separator = pair->items[0].text()->text();
    style.key_separator = pair->items[1].text()->text();
  }
  style.sort_keys = bound.flag(3, false);
  return state.failed() ? make_none() : make_text(json_text(state, v, style));
}

value string_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "string", a);
  return make_text(spelled(state, v));
}

value length_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "length", a);
  if (const auto* text = v.text())
    return make_count(state.spend_text(text->text().size()) ? count_code_points(text->text()) : 0);
  if (const auto* list = v.list())
    return make_count(list->items.size());
  if (const auto* dict = v.dict())
    return make_count(dict->entries().size());
  if (!is_undefined(v))
    state.fail(fmt::format("{} has no length", kind_name(v)));
  return make_integer(0);
}

// The number that a text spells, blanks around it allowed, as in int() and float().
std::optional<double> real_of_text(std::string_view text) {
  text = text.substr(0, size_without_trailing_space(text));
  text.remove_prefix(leading_space(text));
  if (!text.empty() && text.front() == '+')
    text.remove_prefix(1);
  double read = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (code != std::errc{} || end != text.data() + text.size() || text.empty())
    return std::nullopt;
  return read;
}

std::optional<std::int64_t> integer_of_text(std::string_view text, int base) {
  text = text.substr(0, size_without_trailing_space(text));
  text.remove_prefix(leading_space(text));
  if (!text.empty() && text.front() == '+')
    text.remove_prefix(1);
  std::int64_t read = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), read, base);
  if (code != std::errc{} || end != text.data() + text.size() || text.empty())
    return std::nullopt;
  return read;
}

std::optional<std::int64_t> whole_part(double d) {
  constexpr double first_beyond = 9223372036854775808.0;
  if (!(std::abs(d) < first_beyond))
    return std::nullopt;
  return static_cast<std::int64_t>(d);
}

value int_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "int", a, std::array<std::string_view, 2>{"default", "base"});
  const std::int64_t base = bound.integer(state, 1, 10);
  if (base < 2 || base > 36)
    state.fail("int expects a base from 2 to 36");
  if (state.failed())
    return make_none();
  std::optional<std::int64_t> read;
  std::int64_t room = 0;
  if (const auto* i = integer_of(v, room))
    read = *i;
  else if (const auto* d = v.as<double>())
    read = whole_part(*d);
  else if (const auto* text = v.text()) {
    read = integer_of_text(text->text(), static_cast<int>(base));
    if (const auto real = read ? std::nullopt : real_of_text(text->text()))
      read = whole_part(*real);
  }
  if (read)
    return make_integer(*read);
  return bound[0] ? *bound[0] : make_integer(0);
}

value float_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "float", a, std::array<std::string_view, 1>{"default"});
  double number = 0;
  if (number_of(v, number))
    return make_real(number);
  if (const auto* text = v.text())
    if (const auto read = real_of_text(text->text()))
      return make_real(*read);
  return bound[0] ? *bound[0] : make_real(0.0);
}

value abs_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "abs", a);
  double number = 0;
  if (!number_of(v, number)) {
    state.fail(fmt::format("abs expects a number, found {}", kind_name(v)));
    return make_none();
  }
  if (v.is<double>())
    return make_real(std::abs(number));
  return number < 0 ? negate(state, v) : v.is<bool>() ? make_integer(number != 0 ? 1 : 0) : v;
}

// Halves go to the even neighbour, as in Python; the answer is real, unless nothing was to do.
value round_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "round", a, std::array<std::string_view, 2>{"precision", "method"});
  const std::int64_t precision = bound.integer(state, 0, 0);
  const std::string_view method = bound.text(state, 1, "common");
  double number = 0;
  if (!number_of(v, number))
    state.fail(fmt::format("round expects a number, found {}", kind_name(v)));
  if (method != "common" && method != "ceil" && method != "floor")
    state.fail("round expects the method 'common', 'ceil' or 'floor'");
  constexpr std::int64_t precision_max = 300;
  if (precision < 0 || precision > precision_max)
    state.fail(fmt::format("round expects a precision from 0 to {}", precision_max));
  if (state.failed() || !std::isfinite(number))
    return make_real(number);
  std::int64_t room = 0;
  if (const auto* integer = integer_of(v, room); integer && method == "common")
    return make_integer(*integer);
  if (method == "common")
    return make_real(std::strtod(fmt::format("{:.{}f}", number, precision).c_str(), nullptr));
  const double scale = std::pow(10.0, static_cast<double>(precision));
  return make_real((method == "ceil" ? std::ceil(number * scale) : std::floor(number * scale)) /
                   scale);
}

value items_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "items", a);
  if (is_undefined(v))
    return make_list(state, {});
  if (!v.dict()) {
    state.fail(fmt::format("items expects a dictionary, found {}", kind_name(v)));
    return make_none();
  }
  const value method = attribute_of(state, v, "items");
  return (*method.as<callable_ptr>())->call(state, {});
}

value attr_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "attr", a, std::array<std::string_view, 1>{"name"}, 1);
  if (state.failed())
    return make_none();
  // Attributes only, no members of a dictionary.
  const value found = attribute_of(state, v, bound.text(state, 0, {}));
  return v.dict() && !found.as<callable_ptr>() ? make_undefined("there is no such attribute")
                                               : found;
}

constexpr named_filter value_filters[] = {
    {"default", default_filter}, {"d", default_filter},   {"tojson", tojson_filter},
    {"string", string_filter},   {"safe", string_filter}, {"length", length_filter},
    {"count", length_filter},    {"int", int_filter},     {"float", float_filter},
    {"abs", abs_filter},         {"round", round_filter}, {"items", items_filter},
    {"attr", attr_filter},
};

filter_function find_in(std::span<const named_filter> filters, std::string_view name) noexcept {
  for (const named_filter& f : filters)
    if (f.name == name)
      return f.function;
  return nullptr;
}

} // namespace

filter_function find_filter(std::string_view name) noexcept {
  for (const auto filters :
       {std::span<const named_filter>(value_filters), text_filters(), list_filters()})
    if (const filter_function found = find_in(filters, name))
      return found;
  return nullptr;
}

} // namespace hadal::model::templates
