#include "model/chat/template/operators.hpp"

#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/spell.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace hadal::model::templates {

namespace {

constexpr std::array<std::string_view, 7> signs = {"+", "-", "*", "/", "//", "%", "**"};

value overflow(run_state& state) {
  state.fail("an integer goes beyond 64 bits");
  return make_none();
}

value divided_by_zero(run_state& state) {
  state.fail("division by zero");
  return make_none();
}

value integer_power(run_state& state, std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) {
    if (base == 0)
      return divided_by_zero(state);
    return make_real(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  std::int64_t out = 1;
  while (exponent > 0) {
    if (exponent % 2 != 0 && __builtin_mul_overflow(out, base, &out))
      return overflow(state);
    exponent /= 2;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base))
      return overflow(state);
  }
  return make_integer(out);
}

value on_integers(run_state& state, arithmetic op, std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  switch (op) {
  case arithmetic::add:
    return __builtin_add_overflow(a, b, &out) ? overflow(state) : make_integer(out);
  case arithmetic::subtract:
    return __builtin_sub_overflow(a, b, &out) ? overflow(state) : make_integer(out);
  case arithmetic::multiply:
    return __builtin_mul_overflow(a, b, &out) ? overflow(state) : make_integer(out);
  case arithmetic::divide:
    if (b == 0)
      return divided_by_zero(state);
    return make_real(static_cast<double>(a) / static_cast<double>(b));
  case arithmetic::floor_divide:
  case arithmetic::modulo: {
    if (b == 0)
      return divided_by_zero(state);
    if (b == -1)
      return op == arithmetic::modulo ? make_integer(0)
                                      : on_integers(state, arithmetic::subtract, 0, a);
    std::int64_t quotient = a / b;
    std::int64_t rest = a % b;
    if (rest != 0 && (rest < 0) != (b < 0)) {
      --quotient;
      rest += b;
    }
    return make_integer(op == arithmetic::modulo ? rest : quotient);
  }
  case arithmetic::power: return integer_power(state, a, b);
  }
  return make_none();
}

value on_reals(run_state& state, arithmetic op, double a, double b) {
  switch (op) {
  case arithmetic::add: return make_real(a + b);
  case arithmetic::subtract: return make_real(a - b);
  case arithmetic::multiply: return make_real(a * b);
  case arithmetic::power: return make_real(std::pow(a, b));
  default: break;
  }
  if (b == 0)
    return divided_by_zero(state);
  if (op == arithmetic::divide)
    return make_real(a / b);
  double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0 && (rest < 0) != (b < 0)) {
    rest += b;
    quotient -= 1;
  }
  if (rest == 0)
    rest = std::copysign(0.0, b);
  return make_real(op == arithmetic::modulo ? rest : std::round(quotient));
}

value repeated(run_state& state, const value& v, std::int64_t times) {
  const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(times, 0, INT32_MAX));
  if (const auto* text = v.text()) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(text->text().size(), count, &bytes) || !state.spend_text(bytes) ||
        !state.spend(bytes == 0 ? 0 : count)) {
      state.fail("a repeated string is too long");
      return make_none();
    }
    marked_text out;
    for (std::size_t i = 0; i < count && bytes > 0; ++i)
      append_all(out, *text);
    return make_text(std::move(out));
  }
  const list_object& list = *v.list();
  std::size_t size = 0;
  if (__builtin_mul_overflow(list.items.size(), count * steps_per_item, &size) ||
      !state.spend(size)) {
    state.fail("a repeated list is too long");
    return make_none();
  }
  std::vector<value> items;
  for (std::size_t i = 0; i < count && size > 0; ++i)
    items.insert(items.end(), list.items.begin(), list.items.end());
  return make_list(state, std::move(items), list.is_tuple);
}

value joined_texts(run_state& state, const marked_text& a, const marked_text& b) {
  if (!state.spend_text(a.text().size() + b.text().size()))
    return make_none();
  marked_text out = a;
  append_all(out, b);
  return make_text(std::move(out));
}

value joined_lists(run_state& state, const list_object& a, const list_object& b) {
  if (!state.spend(a.items.size() + b.items.size()))
    return make_none();
  std::vector<value> items = a.items;
  items.insert(items.end(), b.items.begin(), b.items.end());
  return make_list(state, std::move(items), a.is_tuple);
}

value mismatch(run_state& state, arithmetic op, const value& a, const value& b) {
  for (const value* v : {&a, &b})
    if (const auto* missing = v->as<undefined>())
      state.fail(missing->what);
  state.fail(fmt::format("'{}' cannot take {} and {}", signs[static_cast<std::size_t>(op)],
                         kind_name(a), kind_name(b)));
  return make_none();
}

bool is_repeatable(const value& v) {
  return v.text() || v.list();
}

} // namespace

value apply(run_state& state, arithmetic op, const value& a, const value& b) {
  std::int64_t room_a = 0;
  std::int64_t room_b = 0;
  const auto* i = integer_of(a, room_a);
  const auto* j = integer_of(b, room_b);
  if (i && j)
    return on_integers(state, op, *i, *j);
  double x = 0;
  double y = 0;
  if (number_of(a, x) && number_of(b, y))
    return on_reals(state, op, x, y);
  if (op == arithmetic::add && a.text() && b.text())
    return joined_texts(state, *a.text(), *b.text());
  if (op == arithmetic::add && a.list() && b.list() && a.list()->is_tuple == b.list()->is_tuple)
    return joined_lists(state, *a.list(), *b.list());
  if (op == arithmetic::multiply && is_repeatable(a) && j)
    return repeated(state, a, *j);
  if (op == arithmetic::multiply && i && is_repeatable(b))
    return repeated(state, b, *i);
  if (op == arithmetic::modulo && a.text())
    return format_percent(state, *a.text(),
                          b.list() && b.list()->is_tuple ? b.list()->items : std::vector<value>{b});
  return mismatch(state, op, a, b);
}

value negate(run_state& state, const value& v) {
  std::int64_t room = 0;
  if (const auto* i = integer_of(v, room))
    return on_integers(state, arithmetic::subtract, 0, *i);
  if (const auto* d = v.as<double>())
    return make_real(-*d);
  state.fail(is_undefined(v) ? v.as<undefined>()->what
                             : fmt::format("'-' cannot take {}", kind_name(v)));
  return make_none();
}

value format_percent(run_state& state, const marked_text& format,
                     const std::vector<value>& values) {
  const std::string_view bytes = format.text();
  marked_text out;
  std::size_t used = 0;
  std::size_t at = 0;
  while (!state.failed()) {
    const std::size_t sign = bytes.find('%', at);
    append_slice(out, format, at, std::min(sign, bytes.size()));
    if (sign == std::string_view::npos)
      break;
    const char kind = sign + 1 < bytes.size() ? bytes[sign + 1] : '\0';
    at = sign + 2;
    if (kind == '%') {
      out.plain("%");
      continue;
    }
    const bool number = kind == 'd' || kind == 'i';
    if (kind != 's' && kind != 'r' && !number)
      state.fail("'%' knows %s, %r, %d, %i and %% only");
    else if (used == values.size())
      state.fail("'%' has fewer values than places");
    else if (double d = 0; number && !number_of(values[used], d))
      state.fail(fmt::format("%d expects a number, found {}", kind_name(values[used])));
    if (state.failed())
      break;
    const value& item = values[used++];
    if (number && item.is<double>())
      append_all(out, plain_text(fmt::format("{:.0f}", std::trunc(*item.as<double>()))));
    else if (kind == 'r' || (number && item.is<bool>())) {
      value list = make_list(state, {number ? make_integer(*item.as<bool>() ? 1 : 0) : item});
      const marked_text shown = spelled(state, list);
      append_slice(out, shown, 1, shown.text().size() - 1);
    } else {
      append_all(out, spelled(state, item));
    }
    state.spend_text(out.text().size());
  }
  if (used < values.size())
    state.fail("'%' has more values than places");
  return make_text(std::move(out));
}

} // namespace hadal::model::templates
