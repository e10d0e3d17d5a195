#include "model/chat/template/arguments.hpp"
#include "model/chat/template/filters.hpp"
#include "model/chat/template/spell.hpp"

#include "base/limits.hpp"

#include <fmt/core.h>

#include <array>

namespace hadal::model::templates {

namespace {

value range_function(run_state& state, const call_arguments& a) {
  const auto bound = fit(state, "range", a, std::array<std::string_view, 3>{"a", "b", "step"}, 1);
  const bool one = bound[1] == nullptr;
  std::int64_t begin = one ? 0 : bound.integer(state, 0, 0);
  const std::int64_t end = bound.integer(state, one ? 0 : 1, 0);
  const std::int64_t step = bound.integer(state, 2, 1);
  if (step == 0)
    state.fail("range() expects a step other than 0");
  std::vector<value> out;
  while (!state.failed() && (step > 0 ? begin < end : begin > end)) {
    if (out.size() == limits::template_sequence_max)
      state.fail(fmt::format("range() gives up to {} numbers", limits::template_sequence_max));
    if (!state.spend(steps_per_item))
      break;
    out.push_back(make_integer(begin));
    if (__builtin_add_overflow(begin, step, &begin))
      break;
  }
  return make_list(state, std::move(out));
}

value raise_function(run_state& state, const call_arguments& a) {
  const auto bound =
      fit(state, "raise_exception", a, std::array<std::string_view, 1>{"message"}, 1);
  constexpr std::size_t shown_max = 1000;
  if (!state.failed())
    state.fail(spelled(state, *bound[0]).text().substr(0, shown_max));
  return make_none();
}

value strftime_function(run_state& state, const call_arguments& a, const wall_clock& clock) {
  const auto bound = fit(state, "strftime_now", a, std::array<std::string_view, 1>{"format"}, 1);
  const std::string format(bound.text(state, 0, {}));
  constexpr std::size_t format_bytes_max = 256;
  if (format.size() > format_bytes_max || format.find('\0') != std::string::npos)
    state.fail(fmt::format("strftime_now() expects a format of up to {} bytes", format_bytes_max));
  if (state.failed() || format.empty())
    return make_text({});
  const std::tm now = clock();
  std::array<char, 16 * format_bytes_max> shown{};
  const std::size_t size = std::strftime(shown.data(), shown.size(), format.c_str(), &now);
  return make_plain(std::string_view(shown.data(), size));
}

value dict_function(run_state& state, const call_arguments& a) {
  dict_object made;
  if (a.positional.size() > 1)
    state.fail("dict() takes up to one argument without a name");
  for (const value& given : a.positional) {
    if (given.dict()) {
      made = *given.dict();
      continue;
    }
    const list_ptr all = items_of(state, given);
    for (const value& entry : all->items) {
      const auto* pair = entry.list();
      if (pair == nullptr || pair->items.size() != 2 || pair->items[0].list() ||
          pair->items[0].dict()) {
        state.fail("dict() expects a dictionary or pairs of key and value");
        return make_none();
      }
      made.put(pair->items[0], pair->items[1]);
    }
  }
  for (const auto& [name, item] : a.named)
    made.put(make_control(name), item);
  return make_dict(state, std::move(made));
}

} // namespace

value global_function(std::string_view name, const wall_clock& clock) {
  if (name == "range")
    return make_callable("range", range_function);
  if (name == "raise_exception")
    return make_callable("raise_exception", raise_function);
  if (name == "dict")
    return make_callable("dict", dict_function);
  if (name == "strftime_now")
    return make_callable("strftime_now", [&clock](run_state& state, const call_arguments& a) {
      return strftime_function(state, a, clock);
    });
  return make_undefined(fmt::format("'{}' is undefined", name));
}

} // namespace hadal::model::templates
